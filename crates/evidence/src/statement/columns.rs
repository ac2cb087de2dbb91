//! What columns are called.

use serde::{Deserialize, Serialize};

/// The names of the columns, several for each; how they are written (case, dots, spaces) does not matter.
///
/// An empty list stands for the names that are built in.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Columns {
    /// When money moved: a day, or a moment.
    pub time: Vec<String>,
    /// The time of day, where the day stands alone.
    pub time_of_day: Vec<String>,
    /// The provider's own number of the transaction.
    pub reference: Vec<String>,
    /// The customer number.
    pub customer: Vec<String>,
    /// The provider's code of the product.
    pub product: Vec<String>,
    /// What left the deposit.
    pub debit: Vec<String>,
    /// What came into the deposit.
    pub credit: Vec<String>,
    /// What moved, where one column holds both directions.
    pub amount: Vec<String>,
    /// In which direction, or that it is a refund.
    pub kind: Vec<String>,
    /// The deposit afterwards.
    pub balance: Vec<String>,
    /// Words for people.
    pub text: Vec<String>,
}

const TIME: &[&str] = &[
    "tanggal transaksi",
    "tgl transaksi",
    "waktu transaksi",
    "tanggal jam",
    "tanggal waktu",
    "tgl jam",
    "transaction date",
    "transaction time",
    "date time",
    "datetime",
    "timestamp",
    "created at",
    "tanggal",
    "tgl",
    "date",
    "waktu",
    "time",
];
const TIME_OF_DAY: &[&str] = &["jam", "jam transaksi", "pukul", "waktu", "time"];
const REFERENCE: &[&str] = &[
    "no invoice",
    "nomor invoice",
    "invoice",
    "no inv",
    "id transaksi",
    "no transaksi",
    "nomor transaksi",
    "kode transaksi",
    "trx id",
    "trxid",
    "id trx",
    "transaction id",
    "no referensi",
    "nomor referensi",
    "referensi",
    "reference",
    "no ref",
    "ref",
    "ref id",
    "reff",
];
const CUSTOMER: &[&str] = &[
    "id pelanggan",
    "idpel",
    "no pelanggan",
    "nomor pelanggan",
    "customer number",
    "customer no",
    "customer id",
    "nomor tujuan",
    "no tujuan",
    "tujuan",
    "no meter",
    "nomor meter",
    "no hp",
    "msisdn",
];
const PRODUCT: &[&str] =
    &["kode produk", "product code", "kode", "produk", "product", "sku", "layanan"];
const DEBIT: &[&str] =
    &["debit", "debet", "keluar", "dana keluar", "uang keluar", "db", "withdrawal", "pemakaian"];
const CREDIT: &[&str] =
    &["kredit", "credit", "masuk", "dana masuk", "uang masuk", "cr", "kr", "deposit"];
const AMOUNT: &[&str] = &["jumlah", "nominal", "amount", "nilai", "mutasi", "rupiah", "harga"];
const KIND: &[&str] = &[
    "jenis transaksi",
    "jenis mutasi",
    "jenis",
    "tipe",
    "type",
    "kind",
    "dk",
    "d k",
    "d c",
    "db cr",
    "db kr",
];
const BALANCE: &[&str] =
    &["saldo akhir", "sisa saldo", "saldo sesudah", "saldo", "ending balance", "balance"];
const TEXT: &[&str] = &[
    "keterangan",
    "ket",
    "uraian",
    "deskripsi",
    "description",
    "remark",
    "remarks",
    "catatan",
    "note",
    "notes",
    "detail",
    "berita",
];

/// A column, by what it holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Column {
    Time,
    TimeOfDay,
    Reference,
    Customer,
    Product,
    Debit,
    Credit,
    Amount,
    Kind,
    Balance,
    Text,
}

impl Column {
    /// In the order in which they take their names: a name that may be two columns is the first's.
    pub(super) const ALL: [Self; 11] = [
        Self::Time,
        Self::TimeOfDay,
        Self::Reference,
        Self::Customer,
        Self::Product,
        Self::Debit,
        Self::Credit,
        Self::Amount,
        Self::Kind,
        Self::Balance,
        Self::Text,
    ];

    const fn names(self) -> &'static [&'static str] {
        match self {
            Self::Time => TIME,
            Self::TimeOfDay => TIME_OF_DAY,
            Self::Reference => REFERENCE,
            Self::Customer => CUSTOMER,
            Self::Product => PRODUCT,
            Self::Debit => DEBIT,
            Self::Credit => CREDIT,
            Self::Amount => AMOUNT,
            Self::Kind => KIND,
            Self::Balance => BALANCE,
            Self::Text => TEXT,
        }
    }
}

impl Columns {
    /// The names of a column as [`normal`] writes them, the most telling first.
    pub(super) fn names(&self, column: Column) -> Vec<String> {
        let given = match column {
            Column::Time => &self.time,
            Column::TimeOfDay => &self.time_of_day,
            Column::Reference => &self.reference,
            Column::Customer => &self.customer,
            Column::Product => &self.product,
            Column::Debit => &self.debit,
            Column::Credit => &self.credit,
            Column::Amount => &self.amount,
            Column::Kind => &self.kind,
            Column::Balance => &self.balance,
            Column::Text => &self.text,
        };
        if given.is_empty() {
            return column.names().iter().map(|name| (*name).to_owned()).collect();
        }
        given.iter().map(|name| normal(name)).collect()
    }
}

/// Small letters and digits with one space between words: `No. Invoice` is `no invoice`.
pub(super) fn normal(name: &str) -> String {
    let small = name.to_lowercase();
    let words = small.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join(" ")
}
