//! What is sold. Fees, commissions and amounts of the document's samples, so that its answers come out.

/// A product of the prepaid host.
#[derive(Debug)]
pub(crate) struct TopUp {
    pub(crate) code: &'static str,
    pub(crate) operator: &'static str,
    pub(crate) nominal: &'static str,
    pub(crate) kind: &'static str,
    pub(crate) price: i64,
}

/// A product of the postpaid host.
#[derive(Debug)]
pub(crate) struct Biller {
    pub(crate) code: &'static str,
    pub(crate) name: &'static str,
    pub(crate) kind: &'static str,
    /// Admin fee of one sheet, in rupiah.
    pub(crate) fee: i64,
    /// Our commission on one sheet, in rupiah.
    pub(crate) commission: i64,
    pub(crate) family: Family,
}

/// Which fields a bill has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Family {
    Pln,
    PlnNonTaglis,
    Bpjs,
    BpjsBpu,
    BpjsPu,
    Telkom,
    Internet,
    Tv,
    TelkomVision,
    Gas,
    WaterOfSurabaya,
    Water,
    WaterUnified,
    Phone,
    Finance,
    Vehicle,
    Land,
    OpenAmount,
}

const fn top_up(
    code: &'static str,
    operator: &'static str,
    nominal: &'static str,
    kind: &'static str,
    price: i64,
) -> TopUp {
    TopUp { code, operator, nominal, kind, price }
}

const fn biller(
    code: &'static str,
    name: &'static str,
    kind: &'static str,
    fee: i64,
    commission: i64,
    family: Family,
) -> Biller {
    Biller { code, name, kind, fee, commission, family }
}

pub(crate) const TOP_UPS: [TopUp; 11] = [
    top_up("htelkomsel5000", "Telkomsel", "5000", "pulsa", 5_900),
    top_up("htelkomsel10000", "Telkomsel", "10000", "pulsa", 10_850),
    top_up("xld25000", "XL", "25000", "pulsa", 25_000),
    top_up("hpln20000", "PLN", "20000", "pln", 20_500),
    top_up("hpln50000", "PLN", "50000", "pln", 50_500),
    top_up("gopay25000", "GoPay", "25.000", "etoll", 25_600),
    top_up("game103", "Mobile Legend", "86 Diamonds", "game", 19_700),
    top_up("hsteam12000", "Steam", "Steam IDR 12.000", "game", 16_500),
    top_up("alfamart100", "Alfamart Voucher", "Voucher Alfamart Rp 100.000", "voucher", 100_000),
    top_up("altel10", "Malaysia Topup", "10", "malaysia", 39_750),
    top_up("altel100", "Malaysia Topup", "100", "malaysia", 397_500),
];

pub(crate) const BILLERS: [Biller; 20] = [
    biller("PLNPOSTPAID", "PLN POSTPAID", "pln", 2_500, 600, Family::Pln),
    biller("PLNNONH", "PLN NON TAGLIS", "pln", 1_600, 1_800, Family::PlnNonTaglis),
    biller("BPJS", "BPJS Kesehatan", "bpjs", 2_500, 200, Family::Bpjs),
    biller("BPJSTK", "BPJS Ketenagakerjaan BPU", "bpjs", 3_500, 2_500, Family::BpjsBpu),
    biller("BPJSTKPU", "BPJS Ketenagakerjaan PU", "bpjs", 2_500, 2_000, Family::BpjsPu),
    biller("TELKOMPSTN", "TELKOM PSTN", "internet", 2_500, 1_200, Family::Telkom),
    biller("CBN", "CBN", "internet", 0, 1_000, Family::Internet),
    biller("TVBIG", "BIG TV", "tv", 0, 1_100, Family::Tv),
    biller("TVTLKMV", "TELKOMVISION", "tv", 1_950, 1_000, Family::TelkomVision),
    biller("PGAS", "GAS NEGARA", "gas", 2_500, 600, Family::Gas),
    biller("PDAMKOTA.SURABAYA", "PDAM KOTA SURABAYA", "pdam", 2_000, 700, Family::WaterOfSurabaya),
    biller("PDAMKOTA.MEDAN", "PDAM KOTA MEDAN", "pdam", 2_000, 700, Family::Water),
    biller("PDAMKOTA.YOGYAKARTA", "PDAM KOTA YOGYAKARTA", "pdam", 2_000, 700, Family::WaterUnified),
    biller("AETRA", "AETRA", "pdam", 2_500, 700, Family::Water),
    biller("HPTHREE", "THREE POSTPAID", "hp", 0, 1_000, Family::Phone),
    biller("FNMEGA", "MEGA FINANCE", "finance", 0, 500, Family::Finance),
    biller("ESAMSAT.JABAR", "ESAMSAT JAWA BARAT", "pajak-kendaraan", 5_000, 2_500, Family::Vehicle),
    biller("PBBKOT.CIMAHI", "PBB KOTA CIMAHI", "pbb", 5_000, 0, Family::Land),
    biller("SHOPEEPAY", "SHOPEEPAY", "emoney", 800, 450, Family::OpenAmount),
    biller("PDAMKAB.BEKASI", "PDAM KAB BEKASI", "pdam", 2_500, 700, Family::WaterUnified),
];

pub(crate) fn find_top_up(code: &str) -> Option<&'static TopUp> {
    TOP_UPS.iter().find(|product| product.code.eq_ignore_ascii_case(code))
}

pub(crate) fn find_biller(code: &str) -> Option<&'static Biller> {
    BILLERS.iter().find(|product| product.code.eq_ignore_ascii_case(code))
}
