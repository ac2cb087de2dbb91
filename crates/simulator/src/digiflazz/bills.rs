//! What a customer owes, and what `desc` says about it, in the words of each family.

use serde_json::{Map, Value, json};

use super::catalogue::Postpaid;

/// What a customer owes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Owed {
    pub(crate) code: &'static str,
    pub(crate) sheets: u32,
    /// Of all sheets, in rupiah.
    pub(crate) admin: i64,
    /// What leaves the deposit, in rupiah.
    pub(crate) price: i64,
    /// What the customer pays, in rupiah.
    pub(crate) selling_price: i64,
}

impl Owed {
    /// The bill of so many sheets; an open amount takes the place of what a sheet owes.
    pub(crate) fn new(product: &Postpaid, sheets: u32, amount: Option<i64>) -> Self {
        let count = i64::from(sheets);
        let sheet = amount.unwrap_or(product.sheet);
        // The documented second sheet of PLN owes more than the first.
        let more = if product.code == "pln" && sheets > 1 { 3_000 } else { 0 };
        let admin = product.admin * count;
        let selling_price = sheet * count + more + admin;
        let price = selling_price - product.commission * count;
        Self { code: product.code, sheets, admin, price, selling_price }
    }

    /// The period of all sheets, where the family has one beside its sheets.
    pub(crate) fn period(&self) -> Option<&'static str> {
        match (self.code, self.sheets) {
            ("pln", 1) => Some("201901"),
            ("pln", _) => Some("201901,201902"),
            ("internet", 1) => Some("MEI 2019"),
            ("internet", _) => Some("MEI 2019,JUN 2019"),
            ("bpjs", _) => Some("01"),
            ("cimahi" | "pdl", _) => Some("2019"),
            _ => None,
        }
    }

    /// `desc`. What only a payment tells is left out of an inquiry.
    pub(crate) fn desc(&self, is_paid: bool) -> Value {
        let mut desc = self.family();
        desc.insert("lembar_tagihan".to_owned(), json!(self.sheets));
        let sheets: Vec<Value> =
            (0..self.sheets).filter_map(|at| self.sheet(at, is_paid)).collect();
        if !sheets.is_empty() {
            desc.insert("detail".to_owned(), Value::Array(sheets));
        }
        Value::Object(desc)
    }

    fn family(&self) -> Map<String, Value> {
        let fields = match self.code {
            "pln" => json!({ "tarif": "R1", "daya": 1_300 }),
            "pdam" => json!({
                "tarif": "3A", "alamat": "WONOKROMO S.S 15 NO 1", "jatuh_tempo": "1-15 DES 2014",
            }),
            "bpjs" => json!({ "jumlah_peserta": "2", "alamat": "JAKARTA PUSAT" }),
            "multifinance" => json!({
                "item_name": "HONDA VARIO TECHNO 125 PGM FI NON CBS", "no_rangka": "MH1JFB111CK196426",
                "no_pol": "B 1234 XYZ", "tenor": "030",
            }),
            "cimahi" | "pdl" => {
                let mut land = json!({
                    "alamat": "KP. CIPAGERAN", "tahun_pajak": "2019", "kelurahan": "CIPAGERAN",
                    "kecamatan": "CIMAHI UTARA", "kode_kab_kota": "0023", "kab_kota": "KOTA CIMAHI",
                    "luas_tanah": "113 M2", "luas_gedung": "47 M2",
                });
                if let (Value::Object(land), "pdl") = (&mut land, self.code) {
                    land.insert("provinsi".to_owned(), json!("JAWA BARAT"));
                }
                land
            }
            "pgas" => json!({ "alamat": "JL RAYA NO 1" }),
            "bpjstk" => json!({
                "kode_iuran": "910102", "kode_program": "JKK,JKM", "jkk": 10_000, "jkm": 6_800,
                "jht": 20_000, "kantor_cabang": "JAKARTA", "tgl_efektif": "2022-05-01",
                "tgl_expired": "2022-06-01",
            }),
            "bpjstkpu" => json!({
                "kode_iuran": "100001/22", "jht": 1_000_000, "jkk": 900_000, "jkm": 80_000,
                "jpk": 0, "jpn": 90_000, "npp": "JJ099", "kode_divisi": "000",
            }),
            "plnnontaglist" => json!({
                "transaksi": "PENYAMBUNGAN BARU", "no_registrasi": "3225030005921",
                "tanggal_registrasi": "20220502",
            }),
            "samsat" => json!({
                "alamat": "JL MERDEKA", "nomor_identitas": "0212502110170100", "nomor_rangka": "MH1",
                "nomor_mesin": "JF51", "nomor_polisi": "D 1234 AB", "milik_kenama": "1",
                "merek_kb": "HONDA", "model_kb": "SEPEDA MOTOR", "tahun_buatan": "2015",
                "tgl_akhir_pajak_baru": "20230910", "biaya_pokok_bbn": "0",
                "biaya_pokok_swd": "35000", "biaya_pokok_pkb": "215000", "biaya_denda_swd": "0",
                "biaya_denda_bbn": "0", "biaya_denda_pkb": "0", "biaya_admin_stnk": "0",
                "biaya_admin_tnkb": "0", "biaya_parkir_pokok": "0", "biaya_pajak_progresif": "0",
            }),
            _ => json!({}),
        };
        match fields {
            Value::Object(fields) => fields,
            _ => Map::new(),
        }
    }

    fn sheet(&self, at: u32, is_paid: bool) -> Option<Value> {
        let second = at > 0;
        let sheet = match self.code {
            "pln" => {
                let mut sheet = json!({
                    "periode": if second { "201902" } else { "201901" },
                    "nilai_tagihan": if second { "11000" } else { "8000" },
                    "admin": "2500", "denda": "500",
                });
                if let (Value::Object(sheet), true) = (&mut sheet, is_paid) {
                    sheet.insert("meter_awal".to_owned(), json!("00080000"));
                    sheet.insert("meter_akhir".to_owned(), json!("00090000"));
                }
                sheet
            }
            "pdam" => json!({
                "periode": "201901", "nilai_tagihan": "8000", "denda": "500",
                "meter_awal": "00080000", "meter_akhir": "00090000", "biaya_lain": "1500",
            }),
            "internet" => json!({
                "periode": if second { "JUN 2019" } else { "MEI 2019" },
                "nilai_tagihan": "8000", "admin": "2500",
            }),
            "bpjs" => json!({ "periode": "01" }),
            "multifinance" => json!({ "periode": "002", "denda": "0", "biaya_lain": "0" }),
            "pgas" => json!({
                "periode": if second { "0420" } else { "0320" },
                "meter_awal": "00001200", "meter_akhir": "00001211", "usage": "11",
            }),
            "tv" => json!({ "periode": "MEI 22", "nilai_tagihan": "8000", "no_ref": "REF127" }),
            _ => return None,
        };
        Some(sheet)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::digiflazz::catalogue::postpaid;

    fn owed(code: &str, sheets: u32) -> Owed {
        let products = postpaid();
        let product = products.iter().find(|product| product.code == code).unwrap();
        Owed::new(product, sheets, None)
    }

    #[test]
    fn the_documented_samples_owe_what_they_are_documented_to_owe() {
        for (code, sheets, selling_price, price, admin) in [
            ("pln", 1, 11_000, 10_000, 2_500),
            ("pln", 2, 25_000, 23_000, 5_000),
            ("pdam", 1, 12_500, 11_500, 2_500),
        ] {
            let owed = owed(code, sheets);
            assert_eq!((owed.selling_price, owed.price, owed.admin), (selling_price, price, admin));
        }
    }

    #[test]
    fn meter_readings_of_electricity_come_with_the_payment_only() {
        let shows = |is_paid| owed("pln", 1).desc(is_paid)["detail"][0].get("meter_awal").is_some();
        assert!(shows(true) && !shows(false));
    }
}
