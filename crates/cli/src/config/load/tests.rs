use std::num::NonZeroU64;

use super::*;

fn file(text: &str) -> tempfile::NamedTempFile {
    let file = tempfile::NamedTempFile::with_suffix(".toml").unwrap();
    std::fs::write(file.path(), text).unwrap();
    file
}

fn read(text: &str, environment: &[(&str, &str)]) -> Result<Loaded, String> {
    let file = file(text);
    let environment =
        environment.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    let path = file.path().display().to_string();
    load(Some(file.path()), environment.collect())
        .map_err(|error| error.to_string().replace(&path, "ppob.toml"))
}

#[test]
fn the_file_overrides_the_defaults_and_the_environment_the_file() {
    let loaded = read(
        "[payments]\npay_within_s = 60\nmax_attempts = 2\n",
        &[
            ("PPOB_PAYMENTS__MAX_ATTEMPTS", "5"),
            ("PPOB_LISTEN__API", "127.0.0.1:6000"),
            ("PPOB_ADDRESS", "127.0.0.1:7000"),
            ("HOME", "/root"),
        ],
    )
    .unwrap();
    let payments = &loaded.config.payments;
    assert_eq!(payments.pay_within_s, NonZeroU64::new(60).unwrap());
    assert_eq!(payments.max_attempts.get(), 5);
    assert_eq!(loaded.config.listen.api.port(), 6000);
    assert_eq!(loaded.config.listen.operator.port(), 50052);
    assert_eq!(loaded.effective["payments"]["start_within_s"], 10);
}

#[test]
fn neither_a_file_that_is_no_toml_nor_debug_shows_a_secret() {
    let table = "[[provider]]\nname = \"a\"\nkind = \"mmbc\"\n";
    let cut = read(&format!("{table}password = \"hunter2\n"), &[]).unwrap_err();
    assert!(cut.starts_with("ppob.toml: TOML parse error at line 4, column"), "{cut}");
    assert!(!cut.contains("hunter2") && !cut.contains('\n'), "{cut}");
    let whole = read(&format!("{table}password = \"hunter2\"\n"), &[]).unwrap();
    assert!(!format!("{whole:?}").contains("hunter2"));
}

#[test]
fn an_unknown_key_names_itself_its_place_and_the_nearest_key() {
    for (text, expected) in [
        (
            "[payments]\npay_withn_s = 60\n",
            "unknown key `payments.pay_withn_s` in ppob.toml; did you mean `payments.pay_within_s`?",
        ),
        (
            "[payment]\npay_within_s = 60\n",
            "unknown key `payment` in ppob.toml; did you mean `payments`?",
        ),
        (
            "[[provider]]\nname = \"a\"\nkind = \"mmbc\"\n[provider.limits]\npay_in_fligth = 3\n",
            "unknown key `provider.a.limits.pay_in_fligth` in ppob.toml; did you mean \
             `provider.a.limits.pay_in_flight`?",
        ),
        (
            "something_else_entirely = 1\n",
            "unknown key `something_else_entirely` in ppob.toml; every key stands in \
             config/ppob.example.toml",
        ),
    ] {
        assert_eq!(read(text, &[]).unwrap_err(), expected);
    }
}

#[test]
fn an_unknown_variable_is_an_error_too() {
    assert_eq!(
        read("", &[("PPOB_LISTEN__APU", "127.0.0.1:1")]).unwrap_err(),
        "unknown key `listen.apu` in the environment variable PPOB_LISTEN__APU; did you mean \
         `listen.api`?"
    );
    let underscore = read("", &[("PPOB_LISTEN_API", "127.0.0.1:1")]).unwrap_err();
    assert!(underscore.contains("PPOB_LISTEN_API"), "{underscore}");
}

#[test]
fn a_variable_that_holds_a_secret_is_no_key() {
    let text = "[[provider]]\nname = \"a\"\nkind = \"mmbc\"\nusername = \"u\"\n\
                password = { env = \"PPOB_MMBC_PASSWORD\" }\n";
    let loaded = read(text, &[("PPOB_MMBC_PASSWORD", "hunter2")]).unwrap();
    assert_eq!(loaded.providers.len(), 1);
    assert!(!loaded.effective.to_string().contains("hunter2"));
}

#[test]
fn a_wrong_value_names_its_key_and_its_place() {
    assert_eq!(
        read("[payments]\nmax_attempts = \"many\"\n", &[]).unwrap_err(),
        "`payments.max_attempts` in ppob.toml: invalid type: found string \"many\", expected a \
         nonzero u32"
    );
    let zero = read("", &[("PPOB_PAYMENTS__MAX_ATTEMPTS", "0")]).unwrap_err();
    assert!(
        zero.starts_with(
            "`payments.max_attempts` in the environment variable PPOB_PAYMENTS__MAX_ATTEMPTS: "
        ),
        "{zero}"
    );
    let broken = read("[payments\n", &[]).unwrap_err();
    assert!(broken.starts_with("ppob.toml: "), "{broken}");
}

#[test]
fn two_providers_of_one_name_are_refused() {
    let table = "[[provider]]\nname = \"a\"\nkind = \"mmbc\"\n";
    let error = read(&table.repeat(2), &[]).unwrap_err();
    assert_eq!(error, "`provider.1.name` in ppob.toml: a is the name of another provider too");
}

/// A consumer's table, with `more` in it.
fn shop(more: &str) -> String {
    format!("[[consumer]]\nname = \"shop\"\nroles = [\"read\", \"pay\"]\n{more}\n")
}

#[test]
fn a_consumer_is_read_with_its_defaults_shown() {
    let key = format!("sha256:{}", "ab".repeat(32));
    let text = shop(&format!("keys = [\"{key}\"]\nday_max_rupiah = 5000000"));
    let loaded = read(&text, &[]).unwrap();
    let [consumer] = loaded.consumers.as_slice() else { panic!("{:?}", loaded.consumers) };
    assert_eq!(consumer.limits.day_max, Some(ppob_types::Rupiah::new(5_000_000)));
    assert_eq!(consumer.limits.families, None);
    assert_eq!(loaded.effective["consumer"][0]["requests_per_second"], 100);
    assert_eq!(loaded.effective["consumer"][0]["keys"][0], key);
}

#[test]
fn what_is_wrong_with_a_consumer_is_named_and_no_key_is_shown() {
    let hash = format!("keys = [\"sha256:{}\"]", "ab".repeat(32));
    for (text, expected) in [
        (shop(""), "`consumer.shop.keys` in ppob.toml: it has neither a key nor a certificate"),
        (
            shop("keys = [\"ppob_c0ffee\"]"),
            "`consumer.shop.keys` in ppob.toml: a key stands here as",
        ),
        (shop("keys = \"ppob_c0ffee\""), "`consumer.shop.keys` in ppob.toml: it must be a list"),
        (shop("keys = [[\"ppob_c0ffee\"]]"), "`consumer.shop.keys"),
        (format!("{}{}", shop(&hash), shop(&hash)), "`consumer.shop.name` in ppob.toml: two"),
        (
            format!("{}{}", shop(&hash), shop(&hash).replace("\"shop\"", "\"app\"")),
            "`consumer.app.keys` in ppob.toml: this key is one of shop already",
        ),
        (
            shop("key = \"ppob_c0ffee\""),
            "unknown key `consumer.shop.key` in ppob.toml; did you mean `consumer.shop.keys`?",
        ),
        (shop(&hash).replace("pay", "pey"), "`consumer.shop.roles"),
        (shop(&format!("{hash}\nfamilies = [\"plm\"]")), "`consumer.shop.families"),
        (
            shop(&format!("{hash}\nday_max_rupiah = 0")),
            "`consumer.shop.day_max_rupiah` in ppob.toml",
        ),
        (shop(&format!("{hash}\nburst = -1")), "`consumer.shop.burst` in ppob.toml"),
        (shop(&hash).replace("shop", "a shop"), "`consumer.a shop.name` in ppob.toml"),
    ] {
        let error = read(&text, &[]).unwrap_err();
        assert!(error.starts_with(expected), "{error}");
        assert!(!error.contains("c0ffee"), "{error}");
    }
}

#[test]
fn paying_and_operating_with_one_key_is_warned_about() {
    let hash = format!("keys = [\"sha256:{}\"]", "ab".repeat(32));
    let both = shop(&hash).replace("\"pay\"", "\"pay\", \"operate\"");
    let warnings = |text: &str| super::super::warnings(&read(text, &[]).unwrap().consumers);
    assert!(warnings(&both)[0].contains("shop may both pay and operate"));
    assert!(warnings(&shop(&hash))[0].contains("nobody can use the operators' service"));
    assert!(warnings("")[0].contains("`local`"));
}

#[test]
fn a_file_that_is_named_and_missing_is_an_error() {
    let error = load(Some(Path::new("/nowhere/ppob.toml")), Vec::new()).unwrap_err();
    assert!(error.to_string().contains("/nowhere/ppob.toml"));
}

mod deploy;
mod example;
