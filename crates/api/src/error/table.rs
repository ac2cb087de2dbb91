//! The table of the errors of the API. `docs/ERRORS.md` is written from it.
//!
//! A row is added here and listed in the comment of the RPC that answers it; tests hold both together,
//! and every error that leaves the server takes its code and its Indonesian sentence from here.

use tonic::Code;

use super::reason::{Accepted, Detail, Reason};

macro_rules! reasons {
    ($(
        $word:ident = $code:ident, $accepted:ident, [$($detail:ident),*], [$($key:literal),*],
            happened: $happened:literal,
            money: $money:literal,
            action: $action:literal,
            indonesian: $indonesian:literal;
    )*) => {
        /// The rows of the table.
        impl Reason {
            $(
                #[doc = $happened]
                pub const $word: &'static Self = &Self {
                    word: stringify!($word),
                    code: Code::$code,
                    accepted: Accepted::$accepted,
                    details: &[$(Detail::$detail),*],
                    metadata: &[$($key),*],
                    happened: $happened,
                    money: $money,
                    action: $action,
                    indonesian: $indonesian,
                };
            )*

            /// Every row there is, in the order of the document.
            pub const ALL: &'static [&'static Self] = &[$(Self::$word,)*];
        }

        /// The words alone, to compare with [`reason_of`](super::reason_of).
        pub mod words {
            $(
                #[doc = $happened]
                pub const $word: &str = stringify!($word);
            )*

            /// Every word there is.
            pub const ALL: &[&str] = &[$($word,)*];
        }
    };
}

reasons! {
    CREDENTIALS_MISSING = Unauthenticated, No, [], [],
        happened: "No credentials were given.",
        money: "Nothing was done, so nothing was paid.",
        action: "Send the consumer's API key with the call.",
        indonesian: "Kunci API tidak disertakan.";
    CREDENTIALS_INVALID = Unauthenticated, No, [], [],
        happened: "The credentials are not those of a consumer.",
        money: "Nothing was done, so nothing was paid.",
        action: "Copy the API key again, or ask whoever runs the engine for a new one.",
        indonesian: "Kunci API tidak dikenal.";
    ROLE_MISSING = PermissionDenied, No, [], ["role"],
        happened: "The consumer lacks the role that the RPC needs.",
        money: "Nothing was done, so nothing was paid.",
        action: "Ask whoever runs the engine to give the consumer the role named in the metadata.",
        indonesian: "Anda tidak berwenang melakukan ini.";
    FAMILY_NOT_ALLOWED = PermissionDenied, No, [], ["family"],
        happened: "The consumer may not use the product's family.",
        money: "Nothing was accepted, so nothing was paid.",
        action: "Ask whoever runs the engine to allow the family.",
        indonesian: "Anda tidak berwenang memakai jenis produk ini.";
    FIELD_INVALID = InvalidArgument, No, [BadRequest], [],
        happened: "A field of the request is not valid; all that is wrong is named at once.",
        money: "Nothing was accepted, so nothing was paid.",
        action: "Correct the named fields. The same request would be refused again.",
        indonesian: "Data permintaan tidak benar. Tidak ada yang diproses.";
    PAGE_TOKEN_INVALID = InvalidArgument, No, [], [],
        happened: "The page token is damaged, or belongs to other filters.",
        money: "Listing moves no money.",
        action: "Begin again with an empty page_token.",
        indonesian: "Penanda halaman tidak berlaku. Mulai lagi dari halaman pertama.";
    CURSOR_INVALID = InvalidArgument, No, [], [],
        happened: "The cursor is damaged, or belongs to another consumer or journal.",
        money: "Reading events moves no money.",
        action: "Give the cursor of an event, or none to begin with the oldest one.",
        indonesian: "Penanda posisi tidak berlaku.";
    CURSOR_TOO_OLD = OutOfRange, No, [], [],
        happened: "Events after the cursor are not kept any more.",
        money: "Reading events moves no money, but events were missed: payments may have ended meanwhile.",
        action: "List the payments to catch up, then go on without a cursor.",
        indonesian: "Penanda posisi terlalu lama dan tidak disimpan lagi.";
    RATE_LIMITED = ResourceExhausted, No, [RetryInfo, QuotaFailure], [],
        happened: "The consumer calls more often than it may.",
        money: "Nothing was accepted by this call, so it paid nothing.",
        action: "Wait as long as RetryInfo says, then repeat the call with the same id.",
        indonesian: "Terlalu banyak permintaan. Coba lagi nanti.";
    PAYMENT_LIMIT_EXCEEDED = FailedPrecondition, No, [QuotaFailure], ["limit_rupiah", "total_rupiah"],
        happened: "The total is above what the consumer may pay at once.",
        money: "Nothing was accepted, so nothing was paid.",
        action: "Pay less, or ask whoever runs the engine to raise the limit.",
        indonesian: "Nominal melebihi batas per transaksi Anda.";
    DAY_LIMIT_EXCEEDED = ResourceExhausted, No, [QuotaFailure], ["counted_rupiah", "limit_rupiah", "total_rupiah"],
        happened: "With this payment the consumer would pass its limit of the day.",
        money: "Nothing was accepted, so nothing was paid.",
        action: "Try again tomorrow (WIB), or ask whoever runs the engine to raise the limit.",
        indonesian: "Batas transaksi harian Anda sudah tercapai.";
    TOO_MANY_IN_FLIGHT = ResourceExhausted, No, [RetryInfo, QuotaFailure], ["limit"],
        happened: "As many payments of the consumer are being worked on as it may have at a time.",
        money: "Nothing was accepted by this call, so it paid nothing. The others go on.",
        action: "Wait for one of them to end, then repeat the call with the same id.",
        indonesian: "Terlalu banyak transaksi Anda yang sedang berjalan.";
    JOURNAL_UNAVAILABLE = Unavailable, Depends, [RetryInfo], [],
        happened: "The durable record cannot be written or read just now.",
        money: "With accepted = no nothing was accepted. Otherwise it may have been: do not pay by other means.",
        action: "Repeat the same call with the same id; it finds what the first one left.",
        indonesian: "Pencatatan sedang terganggu. Ulangi dengan payment_id yang sama.";
    SHUTTING_DOWN = Unavailable, Depends, [RetryInfo], [],
        happened: "The server is going down.",
        money: "A new payment was not accepted (accepted = no). A stream that ends says nothing about payments.",
        action: "Connect again: repeat the call with the same id, or go on with the stream where you are.",
        indonesian: "Layanan sedang dimatikan. Coba lagi sebentar lagi.";
    INTERNAL = Internal, Unknown, [], [],
        happened: "The server has a defect, and the call ended in it.",
        money: "It may have been accepted: do not pay by other means.",
        action: "Repeat the same call with the same id, or get the payment. Report the defect.",
        indonesian: "Terjadi kesalahan pada layanan. Ulangi dengan payment_id yang sama.";
    NOT_IMPLEMENTED = Unimplemented, No, [], [],
        happened: "This port has no such service or method, or cannot read a message compressed like that.",
        money: "Nothing was done, so nothing was paid.",
        action: "Check port, method and compression; generate the client from the protos of the server's version.",
        indonesian: "Fungsi ini belum tersedia.";
    PRODUCT_UNKNOWN = NotFound, No, [ResourceInfo], ["product_code"],
        happened: "There is no such product in the catalogue.",
        money: "Nothing was accepted, so nothing was paid.",
        action: "List the products to see their codes.",
        indonesian: "Produk tidak ditemukan.";
    PAYMENT_NOT_FOUND = NotFound, Unsaid, [], [],
        happened: "There is no such payment of this consumer.",
        money: "It may still be paid: a call with this id may be on its way.",
        action: "To be sure that the id never pays, abandon it. Otherwise repeat the call that creates it.",
        indonesian: "Transaksi tidak ditemukan.";
    PROVIDER_UNKNOWN = NotFound, No, [ResourceInfo], ["provider"],
        happened: "There is no such configured provider.",
        money: "Nothing was changed, and no money moved.",
        action: "List the providers to see their names.",
        indonesian: "Penyedia tidak ditemukan.";
    NO_ROUTE = FailedPrecondition, No, [PreconditionFailure], [],
        happened: "No provider can be asked about the product now.",
        money: "Nothing was paid.",
        action: "Try again later; ExplainRoute tells why each provider is left out.",
        indonesian: "Produk sedang tidak dapat diproses. Coba lagi nanti.";
    CUT_OFF = FailedPrecondition, No, [PreconditionFailure], [],
        happened: "The biller is closed at this hour.",
        money: "Nothing was paid.",
        action: "Try again after the biller's closing hours.",
        indonesian: "Layanan sedang dalam jam tutup (cut off).";
    NUMBER_INVALID = FailedPrecondition, No, [PreconditionFailure], [],
        happened: "The biller does not know the customer number.",
        money: "Nothing was paid.",
        action: "Check the number with the customer.",
        indonesian: "Nomor pelanggan tidak terdaftar.";
    BILL_ALREADY_PAID = FailedPrecondition, No, [PreconditionFailure], [],
        happened: "Nothing is owed, or the bill has been paid.",
        money: "Nothing was paid by this call.",
        action: "There is nothing to pay. If an own payment for it is in doubt, this is a hint that it was paid.",
        indonesian: "Tagihan sudah dibayar atau belum tersedia.";
    AMOUNT_INVALID = FailedPrecondition, No, [PreconditionFailure], [],
        happened: "The amount is not one that the product takes.",
        money: "Nothing was paid.",
        action: "Choose another amount.",
        indonesian: "Nominal tidak dapat diproses.";
    LIMIT_REACHED = FailedPrecondition, No, [PreconditionFailure], [],
        happened: "A limit of the biller for this number is used up.",
        money: "Nothing was paid.",
        action: "Try again when the biller's limit begins anew, usually the next day or month.",
        indonesian: "Batas transaksi untuk nomor ini sudah tercapai.";
    PROVIDER_REFUSED = FailedPrecondition, No, [PreconditionFailure], [],
        happened: "The provider said no to the inquiry for another reason.",
        money: "Nothing was paid.",
        action: "Try again later; if it stays so, ask whoever runs the engine.",
        indonesian: "Penyedia menolak permintaan.";
    PROVIDERS_UNAVAILABLE = Unavailable, No, [RetryInfo], [],
        happened: "No provider gave an answer that can be read.",
        money: "Asking moves no money: nothing was paid, and nothing was changed.",
        action: "Try again shortly.",
        indonesian: "Penyedia tidak menjawab. Coba lagi nanti.";
    PAYMENT_ID_REUSED = AlreadyExists, No, [], [],
        happened: "The id stands for a request with other content.",
        money: "This call did nothing. The payment that has the id goes on, or has ended, as it was asked for.",
        action: "Get the payment to see what the id stands for. For another payment use a new id.",
        indonesian: "payment_id sudah dipakai untuk permintaan lain.";
    PAYMENT_ID_ABANDONED = FailedPrecondition, No, [PreconditionFailure], [],
        happened: "The id was abandoned before it became a payment.",
        money: "Nothing was paid under this id, and nothing ever will be.",
        action: "Use a new id.",
        indonesian: "payment_id sudah dibatalkan. Gunakan yang baru.";
    PAYMENT_OPEN = Aborted, No, [], ["payment_id"],
        happened: "Another payment for the same product and customer is open.",
        money: "This call paid nothing. The open payment may pay.",
        action: "Wait for it to end; its id is in the metadata if it is your own.",
        indonesian: "Transaksi untuk produk dan pelanggan ini masih berjalan.";
    REPEAT_NEEDED = FailedPrecondition, No, [PreconditionFailure], ["next_repeat", "succeeded_time"],
        happened: "An equal payment succeeded shortly before, or repeat is not the next number.",
        money: "This call paid nothing. The earlier payment was paid.",
        action: "Only if the customer wants it once more: call with repeat set to next_repeat of the metadata.",
        indonesian: "Transaksi yang sama baru saja berhasil. Isi repeat untuk membayar sekali lagi.";
    INQUIRY_UNKNOWN = FailedPrecondition, No, [PreconditionFailure], [],
        happened: "There is no such inquiry of this consumer.",
        money: "Nothing was accepted, so nothing was paid.",
        action: "Inquire again, and show the customer the new bill.",
        indonesian: "Cek tagihan tidak ditemukan. Lakukan cek tagihan lagi.";
    INQUIRY_EXPIRED = FailedPrecondition, No, [PreconditionFailure], [],
        happened: "The inquiry is too old to pay from.",
        money: "Nothing was accepted, so nothing was paid.",
        action: "Inquire again, and show the customer the new bill.",
        indonesian: "Cek tagihan sudah kedaluwarsa. Lakukan cek tagihan lagi.";
    INQUIRY_MISMATCH = FailedPrecondition, No, [PreconditionFailure], [],
        happened: "The inquiry was for another product, customer or parameters.",
        money: "Nothing was accepted, so nothing was paid.",
        action: "Pay what was inquired about, or inquire about what is to be paid.",
        indonesian: "Cek tagihan ini untuk produk atau pelanggan lain.";
    TOTAL_ABOVE_MAXIMUM = FailedPrecondition, No, [PreconditionFailure], ["total_rupiah", "approved_total_rupiah", "max_total_rupiah"],
        happened: "The total is above what was approved, or above the caller's own ceiling.",
        money: "Nothing was accepted, so nothing was paid.",
        action: "Show the customer the total of the metadata and ask for approval again.",
        indonesian: "Total melebihi yang disetujui. Tidak ada yang dibayar.";
    DESPITE_REFUSED = FailedPrecondition, No, [PreconditionFailure], [],
        happened: "The payment named in despite_in_doubt is not one that may be paid in spite of.",
        money: "This call paid nothing. The payment in doubt may still turn out to be paid.",
        action: "Wait until Doubt.may_pay_again of that payment is true.",
        indonesian: "Transaksi yang disebut belum boleh dibayar ulang.";
    ATTEMPT_ALIVE = FailedPrecondition, Unsaid, [PreconditionFailure], [],
        happened: "An attempt is on its way or in doubt, so the payment cannot be abandoned.",
        money: "It may be paid. No further attempt will begin.",
        action: "Watch the payment until it ends. Do not pay by other means.",
        indonesian: "Transaksi masih dapat berhasil dan tidak dapat dibatalkan.";
    PAYMENT_SUCCEEDED = FailedPrecondition, Unsaid, [PreconditionFailure], [],
        happened: "The payment was paid, so it cannot be abandoned.",
        money: "It was paid.",
        action: "Get the payment for its receipt.",
        indonesian: "Transaksi sudah berhasil dan tidak dapat dibatalkan.";
    NOTHING_TO_CHECK = FailedPrecondition, No, [PreconditionFailure], [],
        happened: "The payment has no attempt whose outcome is open.",
        money: "Nothing was changed; what is known about the payment stays.",
        action: "Get the payment to see how it stands.",
        indonesian: "Tidak ada yang perlu dicek.";
    CHECK_NOT_POSSIBLE = FailedPrecondition, No, [PreconditionFailure], [],
        happened: "The provider has no way to be asked with what is known.",
        money: "Nothing was changed; the payment stays in doubt and may be paid.",
        action: "Find the provider's reference on its statement, and resolve the payment with it.",
        indonesian: "Status tidak dapat ditanyakan kepada penyedia.";
    CHECK_TOO_EARLY = ResourceExhausted, No, [RetryInfo], [],
        happened: "The provider's minimum gap between two checks has not passed.",
        money: "Nothing was changed; the payment stays as it is.",
        action: "Ask again after the time of RetryInfo. The engine asks by itself, too.",
        indonesian: "Belum waktunya mengecek lagi.";
    REFERENCE_MISMATCH = FailedPrecondition, Depends, [PreconditionFailure], [],
        happened: "The reference belongs to a transaction that does not fit the payment.",
        money: "The payment stays in doubt and may be paid. Without `accepted`, a verdict that waited for a second person was withdrawn.",
        action: "Find the right transaction on the provider's statement.",
        indonesian: "Nomor referensi tidak cocok dengan transaksi ini.";
    ATTEMPT_NOT_OPEN = FailedPrecondition, No, [PreconditionFailure], [],
        happened: "The outcome of the attempt is not open.",
        money: "Nothing was changed; what is known about the payment stays.",
        action: "Get the payment to see how it stands.",
        indonesian: "Transaksi ini tidak sedang diragukan.";
    VERSION_CHANGED = Aborted, No, [], ["version"],
        happened: "The payment changed since it was looked at.",
        money: "Nothing was changed by this call.",
        action: "Look at the payment again, and decide anew.",
        indonesian: "Transaksi sudah berubah. Periksa lagi.";
    TOO_EARLY_FOR_VERDICT = FailedPrecondition, No, [PreconditionFailure], ["not_before_time"],
        happened: "The provider may still execute the attempt.",
        money: "Nothing was changed; the payment stays in doubt and may be paid.",
        action: "Wait until the time in the metadata, then look at the statement again.",
        indonesian: "Penyedia masih mungkin memproses transaksi ini.";
    SECOND_PERSON_NEEDED = FailedPrecondition, No, [PreconditionFailure], [],
        happened: "The verdict needs a second person, who is not the first.",
        money: "Nothing was changed; the payment stays in doubt and may be paid.",
        action: "Let somebody else look at the evidence and confirm.",
        indonesian: "Diperlukan persetujuan orang kedua.";
    REFERENCE_TAKEN = FailedPrecondition, No, [PreconditionFailure], [],
        happened: "Another payment was settled with this reference.",
        money: "Nothing was changed; one reference proves one payment.",
        action: "Find this payment's own transaction on the provider's statement.",
        indonesian: "Nomor referensi sudah dipakai transaksi lain.";
    VERDICT_CONTRADICTS = FailedPrecondition, Unsaid, [PreconditionFailure], [],
        happened: "The verdict contradicts a fact that is known already.",
        money: "Nothing was changed; the known fact stays.",
        action: "Look at the payment's attempts and evidence again.",
        indonesian: "Keputusan bertentangan dengan fakta.";
    DEPOSIT_ID_REUSED = AlreadyExists, No, [], [],
        happened: "The deposit's id stands for a different entry.",
        money: "Nothing was recorded by this call; the earlier entry stays.",
        action: "Use a new deposit_id, or repeat the earlier entry unchanged.",
        indonesian: "deposit_id sudah dipakai untuk entri lain.";
    STATEMENT_UNREADABLE = FailedPrecondition, No, [PreconditionFailure], [],
        happened: "The file is no statement that can be read as the configuration of the provider says.",
        money: "Nothing was taken from the file; what is known about payments stays.",
        action: "Export it as CSV, or tell in [provider.statement] how this provider writes it.",
        indonesian: "Mutasi tidak dapat dibaca.";
    CONFIG_INVALID = FailedPrecondition, No, [PreconditionFailure], [],
        happened: "The configuration is not valid.",
        money: "Nothing changed: payments go on with the configuration as it was.",
        action: "Correct what the message names; ppob config check tells the same without applying it.",
        indonesian: "Konfigurasi tidak benar.";
}
