//! The messages of the response codes, as the document's tables name them.

/// The message of a code of the prepaid host.
pub(crate) fn prepaid(code: &str) -> &'static str {
    match code {
        "00" => "SUCCESS",
        "06" => "TRANSACTION NOT FOUND",
        "14" => "INCORRECT DESTINATION NUMBER",
        "17" => "INSUFFICIENT DEPOSIT",
        "20" => "CODE NOT FOUND",
        "39" => "PROCESS",
        "102" => "INVALID IP ADDRESS",
        "106" => "PRODUCT IS TEMPORARILY OUT OF SERVICE",
        "107" => "ERROR IN XML FORMAT",
        "117" => "PAGE NOT FOUND",
        "201" => "UNDEFINED RESPONSE CODE",
        "202" => "MAXIMUM 1 NUMBER 1 TIME IN 1 DAY",
        "204" => "WRONG AUTHENTICATION",
        "207" => "MAXIMUM 1 NUMBER WITH ANY CODE 1 TIME IN 1 DAY",
        _ => "FAILED",
    }
}

/// The message of a code of the postpaid host.
pub(crate) fn postpaid(code: &str) -> &'static str {
    match code {
        "00" => "PAYMENT SUCCESS",
        "01" => "INVOICE HAS BEEN PAID",
        "03" => "INVALID REF ID",
        "04" => "BILLING ID EXPIRED",
        "05" => "UNDEFINED ERROR",
        "06" => "INQUIRY ID NOT FOUND",
        "07" => "TRANSACTION FAILED",
        "11" => "DUPLICATE REF ID",
        "14" => "INCORRECT DESTINATION NUMBER",
        "17" => "BALANCE NOT ENOUGH",
        "20" => "PRODUCT UNREGISTERED",
        "34" => "BILL HAS BEEN PAID",
        "37" => "PEMBAYARAN GAGAL",
        "39" => "PENDING / TRANSAKSI SEDANG DIPROSES",
        "42" => "REQUEST PEMBAYARAN BELUM DITERIMA",
        "91" => "DATABASE CONNECTION ERROR",
        "92" => "GENERAL ERROR",
        "93" => "INVALID AMOUNT",
        "100" => "INVALID SIGNATURE",
        "101" => "INVALID COMMAND",
        "102" => "INVALID IP ADDRESS",
        "103" => "TIMEOUT",
        "105" => "MISC ERROR / BILLER SYSTEM ERROR",
        "106" => "PRODUCT IS TEMPORARILY OUT OF SERVICE",
        "107" => "XML FORMAT ERROR",
        "109" => "SYSTEM CUT OFF",
        "201" => "UNDEFINED RESPONSE CODE",
        _ => "FAILED",
    }
}
