//! What is owed: amounts and fields of each family, as the document's samples have them.

use serde_json::{Value, json};

use super::catalogue::{Biller, Family};

/// A bill, as it was told.
#[derive(Clone, Debug)]
pub(crate) struct Quote {
    pub(crate) name: &'static str,
    pub(crate) period: String,
    pub(crate) nominal: i64,
    pub(crate) admin: i64,
    pub(crate) commission: i64,
    /// Sheets that are paid by it.
    pub(crate) sheets: u32,
    /// Sheets that are owed in all.
    pub(crate) owed: u32,
    family: Family,
    pub(crate) extra: Extra,
}

/// What the inquiry said besides product and number.
#[derive(Clone, Debug, Default)]
pub(crate) struct Extra {
    pub(crate) months: i64,
    pub(crate) year: String,
    pub(crate) identity: String,
    pub(crate) amount: i64,
    pub(crate) number: String,
}

/// How many sheets PLN takes at a time.
const PLN_AT_A_TIME: u32 = 4;

const MONTHS: [&str; 3] = ["MEI 2014", "JUN 2014", "JUL 2014"];
const TELKOM: [i64; 3] = [49_870, 44_870, 34_870];

impl Quote {
    /// What `owed` sheets come to; `extra` is what the inquiry said.
    pub(crate) fn new(biller: &Biller, owed: u32, extra: Extra) -> Self {
        let family = biller.family;
        let sheets = if family == Family::Pln { owed.min(PLN_AT_A_TIME) } else { owed };
        let count = i64::from(sheets);
        let months = extra.months.max(1);
        let nominal = match family {
            Family::Pln => 300_000 * count,
            Family::PlnNonTaglis => 696_400,
            Family::Bpjs => 25_000 * months,
            Family::BpjsBpu => 16_800 * months,
            Family::BpjsPu => 100_000,
            Family::Telkom => TELKOM.iter().take(sheets as usize).sum(),
            Family::Internet => 30_000,
            Family::Tv => 138_499,
            Family::TelkomVision => 99_000,
            Family::Gas => 322_002,
            Family::WaterOfSurabaya | Family::Water | Family::WaterUnified => 35_490 * count,
            Family::Phone => 55_000,
            Family::Finance => 661_000,
            Family::Vehicle => 2_274_500,
            Family::Land => 203_857,
            Family::OpenAmount => extra.amount,
        };
        Self {
            name: name(family),
            period: period(family, sheets, &extra),
            nominal,
            admin: biller.fee * count,
            commission: biller.commission * count,
            sheets,
            owed,
            family,
            extra,
        }
    }

    /// What the customer pays.
    pub(crate) fn total(&self) -> i64 {
        self.nominal + self.admin
    }

    /// What leaves the deposit.
    pub(crate) fn cost(&self) -> i64 {
        self.total() - self.commission
    }

    pub(crate) fn sheets_paid(&self) -> u32 {
        if self.family == Family::OpenAmount { 0 } else { self.sheets }
    }

    /// The object `desc`; `paid` adds what only the payment states.
    pub(crate) fn desc(&self, paid: bool) -> Value {
        match self.family {
            Family::Pln => self.pln(paid),
            Family::PlnNonTaglis => json!({
                "transaksi": "PENYAMBUNGAN BARU",
                "no_registrasi": "5392112011703",
                "tanggal_registrasi": "20120524",
            }),
            Family::Bpjs => json!({
                "kode_cabang": "0901",
                "nama_cabang": "JAKARTA PUSAT",
                "sisa_pembayaran": "0",
                "jumlah_peserta": "2",
            }),
            Family::BpjsBpu => json!({
                "kode_iuran": "922053115900",
                "kode_program": "JKK,JKM",
                "jht": 0,
                "jkk": 10_000 * self.extra.months.max(1),
                "jkm": 6_800 * self.extra.months.max(1),
                "kantor_cabang": "JAKARTA SALEMBA",
                "tgl_efektif": "11-05-2022",
                "tgl_expired": "10-09-2026",
            }),
            Family::BpjsPu => json!({
                "kode_iuran": "210300016066",
                "kode_program": "",
                "jht": 61_688, "jkk": 1_082, "jkm": 2_166, "jpk": 2_597, "jpn": 32_467,
                "npp": "AA123456",
                "kode_divisi": "000",
            }),
            Family::Telkom => self.telkom(),
            Family::Internet => json!({ "product_desc": "CBN Anywhere Basic" }),
            Family::Tv => json!({
                "bill_quantity": "1", "product_category": "", "ppn": 0, "tagihan": { "detail": [] },
            }),
            Family::TelkomVision => json!({
                "bill_quantity": "1",
                "product_category": "",
                "ppn": 0,
                "tagihan": { "detail": [
                    { "periode": "MEI 12", "nilai_tagihan": "99000", "no_ref": "205A" },
                ] },
            }),
            Family::Gas => json!({
                "address": "-", "first_meter": "006538", "last_meter": "006573", "usage": 35,
            }),
            Family::WaterOfSurabaya | Family::Water | Family::WaterUnified => self.water(),
            Family::Phone => json!({
                "kode_area": "", "divre": "", "datel": "",
                "jumlah_tagihan": 1,
                "tagihan": { "detail": [
                    { "periode": "", "nilai_tagihan": "", "admin": "", "total": "" },
                ] },
            }),
            Family::Finance => json!({
                "misc_fee": 0,
                "item_name": "HONDA VARIO TECHNO 125 PGM FI NON CBS",
                "no_rangka": "MH1JFB111CK196426",
                "no_pol": "B6213UWX",
                "tenor": "030",
                "installment": 657_695,
                "penalty_bill": 3_305,
                "max_payment": 0,
                "last_paid_due_date": "14 Dec 12",
                "id_ref": "514367",
            }),
            Family::Vehicle => self.vehicle(),
            Family::Land => self.land(),
            Family::OpenAmount => json!({ "footer": "" }),
        }
    }

    fn pln(&self, paid: bool) -> Value {
        let rows: Vec<Value> = (0..self.sheets)
            .map(|sheet| {
                let mut row = json!({
                    "periode": month(2016, 8, sheet),
                    "nilai_tagihan": "300000",
                    "admin": "2500",
                    "denda": "0",
                    "total": 302_500,
                });
                if let Some(row) = row.as_object_mut().filter(|_| paid) {
                    let meter = |sheet: u32| json!(format!("{:08}", 80_000 + 120 * sheet));
                    row.insert("meter_awal".to_owned(), meter(sheet));
                    row.insert("meter_akhir".to_owned(), meter(sheet + 1));
                }
                row
            })
            .collect();
        let lembar = if paid { self.sheets } else { self.owed };
        let mut desc = json!({
            "tarif": "R1",
            "daya": 1_300,
            "lembar_tagihan": lembar.to_string(),
            "tagihan": { "detail": rows },
        });
        if let Some(desc) = desc.as_object_mut().filter(|_| paid) {
            desc.insert("lembar_tagihan_sisa".to_owned(), json!(self.owed - self.sheets));
        }
        desc
    }

    fn telkom(&self) -> Value {
        let rows: Vec<Value> = MONTHS
            .iter()
            .zip(TELKOM)
            .take(self.sheets as usize)
            .map(|(periode, amount)| {
                json!({
                    "periode": periode,
                    "nilai_tagihan": amount.to_string(),
                    "admin": "2500",
                    "total": amount + 2_500,
                })
            })
            .collect();
        json!({
            "kode_area": "0751", "divre": "01", "datel": "0006",
            "jumlah_tagihan": self.sheets,
            "tagihan": { "detail": rows },
        })
    }

    fn water(&self) -> Value {
        let row = |period: String, count: i64| {
            json!({
                "period": period,
                "first_meter": 4_589,
                "last_meter": 4_589 + 24 * count,
                "penalty": 7_500 * count,
                "bill_amount": 27_240 * count,
                "misc_amount": 750 * count,
            })
        };
        let unified = self.family == Family::WaterUnified;
        let mut rows: Vec<Value> = if unified {
            vec![row(self.period.clone(), i64::from(self.sheets))]
        } else {
            (0..self.sheets).map(|sheet| row(month(2014, 9, sheet), 1)).collect()
        };
        let mut desc = json!({
            "bill_quantity": self.sheets,
            "address": "WONOKROMO S.S BARU 2 8",
            "biller_admin": "",
            "pdam_name": "PDAM",
            "stamp_duty": "",
        });
        if self.family == Family::WaterOfSurabaya {
            for row in rows.iter_mut().filter_map(Value::as_object_mut) {
                row.insert("stand".to_owned(), json!(""));
            }
            if let Some(desc) = desc.as_object_mut() {
                desc.insert("due_date".to_owned(), json!("1-15 DES 2014"));
                desc.insert("kode_tarif".to_owned(), json!("3A"));
            }
        }
        if let Some(desc) = desc.as_object_mut() {
            desc.insert("bill".to_owned(), json!({ "detail": rows }));
        }
        desc
    }

    fn vehicle(&self) -> Value {
        json!({
            "nomor_identitas": self.extra.identity,
            "nomor_rangka": "MHKV5EA2JFJ001044",
            "nomor_mesin": "1NRF012268",
            "alamat": "GRIYA BULELENG 2 RT 005 RW 014 BULELENG",
            "nomor_polisi": "DK 1243AL",
            "milik_kenama": "001",
            "merek_kb": "DAIHATSU",
            "model_kb": "XENIA 1.3 R M/T F653RV-GMDFJ",
            "tahun_buatan": "2018",
            "tgl_akhir_pajak_baru": "20191022",
            "biaya_pokok": { "BBN": "0", "PKB": "2131500", "SWD": "143000" },
            "biaya_denda": { "BBN": "0", "PKB": "0", "SWD": "0" },
            "biaya_admin": { "stnk": "0", "tnkb": "0" },
            "biaya_parkir_pokok": "0",
            "biaya_pajak_progresif": "0",
            "ntpd": "Q8T3L318R0Z3",
        })
    }

    fn land(&self) -> Value {
        json!({
            "tanggal": "2019-08-14 14:38:59",
            "nop": self.extra.number,
            "tahun_pajak": if self.extra.year.is_empty() { "2019" } else { &self.extra.year },
            "lokasi": "KO. GRIYA ASRI CIPAGERAN",
            "kelurahan": "CIPAGERAN",
            "kecamatan": "CIMAHI UTARA",
            "kode_kab_kota": "0023",
            "kab_kota": "PEMKOT CIMAHI",
            "luas_tanah": "113 M2",
            "luas_gedung": "47 M2",
            "jatuh_tempo": "31/10/2019",
            "total_tagihan": 203_857,
            "denda": 0,
            "admin": 5_000,
            "total_bayar": 208_857,
        })
    }
}

const fn name(family: Family) -> &'static str {
    match family {
        Family::Pln => "SUBCRIBER NAME",
        Family::PlnNonTaglis => "JAYUSMAN",
        Family::Bpjs => "VERGIE",
        Family::BpjsBpu => "DWI TAMARA ANGGITA",
        Family::BpjsPu => "PT LIMABELAS",
        Family::Telkom => "JAORAH",
        Family::Internet => "Budi",
        Family::Tv => "Mr. syahrun as",
        Family::TelkomVision => "BAITUS MONGJENG",
        Family::Gas => "NGATIMUN",
        Family::WaterOfSurabaya | Family::Water | Family::WaterUnified => "DADANG SOEKARDI",
        Family::Phone => "INTAN NUR AZIZA",
        Family::Finance => "ABDUL SAMID HARAHAP",
        Family::Vehicle => "TESTING ESAMSAT",
        Family::Land => "TESTING PBB",
        Family::OpenAmount => "IAK Sandbox Inquiry",
    }
}

/// First and last of several, or as the family writes it.
fn period(family: Family, sheets: u32, extra: &Extra) -> String {
    let first_and_last = |year, first| match sheets {
        0 | 1 => month(year, first, 0),
        _ => format!("{},{}", month(year, first, 0), month(year, first, sheets - 1)),
    };
    match family {
        Family::Pln => first_and_last(2016, 8),
        Family::Telkom => first_and_last(2014, 5),
        Family::WaterOfSurabaya | Family::Water | Family::WaterUnified => first_and_last(2014, 9),
        Family::Bpjs => format!("{:02}", extra.months.max(1)),
        Family::BpjsBpu => extra.months.max(1).to_string(),
        Family::BpjsPu => "202104".to_owned(),
        Family::Internet => "201905".to_owned(),
        Family::TelkomVision => "MEI 12".to_owned(),
        Family::Gas => "0917".to_owned(),
        Family::Finance => "005".to_owned(),
        Family::Vehicle => "20181022-20191022".to_owned(),
        Family::Land => "201909".to_owned(),
        Family::PlnNonTaglis | Family::Tv | Family::Phone | Family::OpenAmount => String::new(),
    }
}

/// `201608`, some months after a first one.
fn month(year: u32, first: u32, after: u32) -> String {
    let months = year * 12 + first - 1 + after;
    format!("{}{:02}", months / 12, months % 12 + 1)
}

#[cfg(test)]
mod tests {
    use super::super::catalogue::find_biller;
    use super::*;

    fn money(code: &str, owed: u32, extra: Extra) -> (i64, i64, i64) {
        let quote = Quote::new(find_biller(code).unwrap(), owed, extra);
        (quote.nominal, quote.total(), quote.cost())
    }

    #[test]
    fn the_documented_amounts_come_out() {
        let two_months = Extra { months: 2, ..Extra::default() };
        let open = Extra { amount: 100_000, ..Extra::default() };
        assert_eq!(money("PLNPOSTPAID", 1, Extra::default()), (300_000, 302_500, 301_900));
        assert_eq!(money("TELKOMPSTN", 3, Extra::default()), (129_610, 137_110, 133_510));
        assert_eq!(money("BPJS", 1, two_months), (50_000, 52_500, 52_300));
        assert_eq!(money("PGAS", 1, Extra::default()), (322_002, 324_502, 323_902));
        assert_eq!(money("SHOPEEPAY", 1, open), (100_000, 100_800, 100_350));
        assert_eq!(money("FNMEGA", 1, Extra::default()), (661_000, 661_000, 660_500));
        assert_eq!(money("PBBKOT.CIMAHI", 1, Extra::default()), (203_857, 208_857, 208_857));
        assert_eq!(money("HPTHREE", 1, Extra::default()), (55_000, 55_000, 54_000));
    }

    #[test]
    fn pln_takes_four_sheets_at_a_time_and_tells_how_many_are_left() {
        let quote = Quote::new(find_biller("PLNPOSTPAID").unwrap(), 8, Extra::default());
        assert_eq!(
            (quote.sheets, quote.admin, quote.period.as_str()),
            (4, 10_000, "201608,201611")
        );
        assert_eq!(quote.desc(true)["lembar_tagihan_sisa"], 4);
        assert_eq!(quote.desc(false)["lembar_tagihan"], "8");
    }
}
