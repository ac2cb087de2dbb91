//! `docs/H2H.md`: its example is a description, and it names every key.
#![expect(clippy::unwrap_used, reason = "tests")]

use ppob_provider_h2h::{Call, Centre};
use ppob_types::Family;

const DOCUMENT: &str = include_str!("../../../docs/H2H.md");

/// What the keys are read into.
const KEYS: &str = include_str!("../src/description.rs");

fn example() -> &'static str {
    let (_, rest) = DOCUMENT.split_once("```toml\n").unwrap();
    rest.split_once("```").unwrap().0
}

fn refusal(text: &str) -> String {
    Centre::read(text).err().unwrap().to_string()
}

/// The example with one piece exchanged.
fn with(piece: &str, other: &str) -> String {
    assert!(example().contains(piece), "{piece}");
    example().replacen(piece, other, 1)
}

#[test]
fn the_example_is_taken_and_reads_as_it_says() {
    let centre = Centre::read(example()).unwrap();
    let read = |reply: &str| centre.explain(Call::Pay, Family::MobileTopUp, reply).verdict;
    assert_eq!(read("#P1 S10.0812 sedang\n diproses. TKS"), "pending");
    assert!(read("#P1 S10.0812 sedang diproses.").starts_with("unlisted"), "its end is missing");
    assert!(read("").starts_with("unreadable"));
}

#[test]
fn every_key_is_explained() {
    let mut missing = Vec::new();
    let mut renamed = None;
    for line in KEYS.lines().map(str::trim) {
        if let Some((_, name)) = line.split_once("rename = \"") {
            renamed = name.split('"').next();
        }
        let field = line.strip_prefix("pub(crate) ").and_then(|rest| rest.split_once(": "));
        let Some((field, _)) = field.filter(|(field, _)| !field.contains(' ')) else { continue };
        let key = renamed.take().unwrap_or(field);
        let shown = [format!("`{key}`"), format!("`[{key}]`"), format!("`[[{key}]]`")];
        if !shown.iter().any(|shown| DOCUMENT.contains(shown))
            && !DOCUMENT.contains(&format!("{key}, "))
        {
            missing.push(key);
        }
    }
    assert_eq!(missing, Vec::<&str>::new());
}

#[test]
fn a_description_with_a_mistake_is_refused_with_what_is_wrong() {
    for (text, part) in [
        (with("title =", "titel ="), "titel"),
        (with("late_execution_bound_s = 86400", "late_execution_bound_s = 0"), "above zero"),
        (with("{ref}|{pin}", "{reff}|{pin}"), "nothing fills {reff}"),
        (with("path = \"trx\"", "path = \"trx?pin={pin}\""), "below base_url"),
        (with("sign = \"{sign}\"", "x = \"y\""), "no field holds {sign}"),
        (with("(?<sn>", "(?<serial>"), "nobody knows what the group"),
        (with("sedang diproses\\. Tks'''", ".*'''"), "say different things"),
        (
            with(
                "pattern = '''#(?<ref>\\S+) (?<product>\\w+)\\.(?<dest>\\d+) sedang diproses\\. Tks'''",
                "pattern = '''.*'''",
            ),
            "also fits an empty reply",
        ),
        (with("GAGAL, (?<reason>nomor salah)\\. Tks'''", "GAGAL.*'''"), "with any other reason"),
        (with("nomor salah)\\. Tks'''", "nomor salah)\\. Tks|gagal'''"), "does not say enough"),
        (
            with("code = \"number-invalid\"\nscope = \"bill\"\npattern", "pattern"),
            "needs code and scope",
        ),
        (
            with(
                "name = \"taken\"\nverdict = \"pending\"",
                "name = \"taken\"\nverdict = \"success\"",
            ),
            "would be read as pending",
        ),
        (with("groups = { sn = \"0341\"", "groups = { sn = \"0342\""), "sn is \"0342\""),
        (with("finds_by = \"ref\"", "finds_by = \"trx\""), "must hold {trx}"),
        (
            with("member = \"plain\"", "member = \"plain\"\nbase_url = \"plain\""),
            "the engine's own",
        ),
        (with("(?<sn>\\S+)", "(?<sn>\\S{1,100000})"), "too large"),
        (with("code = \"S10\"", "code = \"S10\"\ninquiry_codes = \"x\""), "inquiry_codes"),
    ] {
        let refused = refusal(&text);
        assert!(refused.contains(part), "{part}: {refused}");
    }
}

#[test]
fn a_success_that_a_pending_sample_fits_is_refused_by_that_name() {
    let wide = with(
        "SUKSES, SN (?<sn>\\S+), harga (?<cost>[\\d.]+), sisa (?<balance>[\\d.]+)\\. Tks",
        "(?:SUKSES|sedang).*",
    );
    let refused = refusal(&wide);
    assert!(refused.contains("\"taken\"") || refused.contains("\"done\""), "{refused}");
    let only_pending = wide.replacen("groups = { sn = \"0341\", cost = \"10.450\" }\n", "", 1);
    let refused = refusal(&only_pending);
    assert!(refused.contains("it is pending, but the rule \"success\""), "{refused}");
}

#[test]
fn an_unsigned_callback_needs_somebody_to_ask() {
    let callback = "[callback]\nin = \"query\"\nreference = \"refid\"\n\n[[product]]";
    let taken = with("[[product]]", callback);
    assert!(Centre::read(&taken).is_ok());
    let status = "[status]\nrequest = { method = \"get\", path = \"status\", fields = { id = \"{member}\", reff = \"{ref}\" } }\nfinds_by = \"ref\"\n";
    let refused = refusal(&taken.replacen(status, "", 1));
    assert!(refused.contains("leave callback out"), "{refused}");
}

#[test]
fn the_very_call_that_pays_is_no_status_check_unless_it_says_so() {
    let request = "request = { method = \"get\", path = \"status\", fields = { id = \"{member}\", reff = \"{ref}\" } }";
    let again = with(request, "pay_with = {}");
    assert!(refusal(&again).contains("is_purchase"));
    let said = again.replacen(
        "pay_with = {}",
        "pay_with = {}\nis_purchase = { min_gap_s = 60, max_age_s = 3600 }",
        1,
    );
    assert!(Centre::read(&said).is_ok());
}

/// The example, whose check is the call that pays.
fn repeating() -> String {
    let request = "request = { method = \"get\", path = \"status\", fields = { id = \"{member}\", reff = \"{ref}\" } }";
    with(request, "pay_with = {}\nis_purchase = { min_gap_s = 60, max_age_s = 3600 }")
}

#[test]
fn a_refusal_of_a_repeated_purchase_must_name_the_centres_transaction() {
    let refusing = "calls = [\"pay\"]\ncode";
    for calls in ["code", "calls = [\"pay\", \"status\"]\ncode"] {
        let refused = refusal(&repeating().replacen(refusing, calls, 1));
        assert!(refused.contains("\"number-wrong\": the status check repeats"), "{refused}");
    }
    let pattern = "pattern = '''#(?<ref>\\S+) (?<product>\\w+)\\.(?<dest>\\d+) GAGAL";
    assert!(repeating().contains(pattern));
    let both = repeating().replacen(refusing, "code", 1);
    let named = |before: &str| {
        let pattern = pattern.replacen("'''", &format!("'''{before}"), 1);
        let text = both.replacen(
            "pattern = '''#(?<ref>\\S+) (?<product>\\w+)\\.(?<dest>\\d+) GAGAL",
            &pattern,
            1,
        );
        text.replacen(
            "reply = \"#P1 S10.081234567890 GAGAL, nomor",
            "reply = \"T7 #P1 S10.081234567890 GAGAL, nomor",
            1,
        )
    };
    assert!(refusal(&named("(?:T(?<trx>\\d+) )?")).contains("not optional"));
    Centre::read(&named("T(?<trx>\\d+) ")).unwrap();
}

#[test]
fn a_check_that_is_a_purchase_cannot_find_by_the_centres_reference() {
    let by_trx = repeating().replacen("finds_by = \"ref\"", "finds_by = \"trx\"", 1);
    let by_trx = by_trx.replacen("pay_with = {}", "pay_with = { trx = \"{trx}\" }", 1);
    let refused = refusal(&by_trx);
    assert!(refused.contains("a check that is a purchase finds by our reference"), "{refused}");
}

#[test]
fn an_end_that_names_no_reference_of_ours_is_refused_as_a_sample_and_unknown_as_a_reply() {
    let nameless = with(
        "pattern = '''#(?<ref>\\S+) (?<product>\\w+)\\.(?<dest>\\d+) SUKSES",
        "pattern = '''#\\S+ (?<product>\\w+)\\.(?<dest>\\d+) SUKSES",
    );
    let refused = refusal(&nameless);
    assert!(refused.contains("does not say which payment"), "{refused}");
    let centre = Centre::read(example()).unwrap();
    let refused = "#P1 S10.0812 GAGAL, nomor salah. Tks";
    let read = |call| centre.explain(call, Family::MobileTopUp, refused).verdict;
    assert!(read(Call::Pay).starts_with("refused"));
    assert!(!read(Call::Status).starts_with("refused"));
}
