use std::num::NonZeroU32;

use ppob_types::{Monotonic, Timestamp};

use super::*;

#[derive(Debug)]
struct Stopped;

impl Clock for Stopped {
    fn now(&self) -> Timestamp {
        Timestamp::default()
    }

    fn monotonic(&self) -> Monotonic {
        Monotonic::default()
    }
}

fn setup(name: &str, keys: &[&str]) -> ConsumerSetup {
    ConsumerSetup {
        name: ConsumerId::new(name).unwrap(),
        keys: keys.iter().map(|key| KeyHash::of(key)).collect(),
        certificate: None,
        roles: vec![Role::Read],
        limits: ConsumerLimits::default(),
        rate: None,
    }
}

fn consumers(setups: &[ConsumerSetup]) -> ConfiguredConsumers {
    ConfiguredConsumers::new(setups, Arc::new(Stopped)).unwrap()
}

fn identify(
    consumers: &ConfiguredConsumers,
    authorization: Option<&str>,
    names: &[&str],
) -> Result<String, Unidentified> {
    let mut metadata = MetadataMap::new();
    if let Some(value) = authorization {
        metadata.insert("authorization", value.parse().unwrap());
    }
    let certificate_names: Vec<String> = names.iter().map(|&name| name.to_owned()).collect();
    let credentials = Credentials { metadata: &metadata, certificate_names: &certificate_names };
    consumers.identify(&credentials).map(|caller| caller.consumer.to_string())
}

#[test]
fn either_of_two_keys_shows_the_consumer_and_no_other_does() {
    let consumers = consumers(&[setup("shop", &["old", "new"]), setup("app", &["other"])]);
    for (key, name) in [("Bearer old", "shop"), ("bearer new", "shop"), ("Bearer other", "app")] {
        assert_eq!(identify(&consumers, Some(key), &[]).as_deref(), Ok(name));
    }
    for wrong in ["Bearer olD", "Bearer ", "Basic old", "old", "Bearer old x"] {
        let answer = identify(&consumers, Some(wrong), &[]);
        assert_eq!(answer, Err(Unidentified::Invalid), "{wrong}");
    }
    assert_eq!(identify(&consumers, None, &[]), Err(Unidentified::Missing));
    assert!(consumers.must_prove());
}

#[test]
fn a_certificate_alone_shows_a_consumer_without_keys_only() {
    let by_certificate =
        ConsumerSetup { certificate: Some("till.example".to_owned()), ..setup("till", &[]) };
    let by_both =
        ConsumerSetup { certificate: Some("spiffe://x/bank".to_owned()), ..setup("bank", &["k"]) };
    let consumers = consumers(&[by_certificate, by_both]);
    let names = ["other.example", "till.example"];
    assert_eq!(identify(&consumers, None, &names).as_deref(), Ok("till"));
    assert_eq!(identify(&consumers, None, &["spiffe://x/bank"]), Err(Unidentified::Missing));
    assert_eq!(identify(&consumers, Some("Bearer k"), &[]), Err(Unidentified::Invalid));
    assert_eq!(identify(&consumers, Some("Bearer k"), &names), Err(Unidentified::Invalid));
    let both = identify(&consumers, Some("Bearer k"), &["spiffe://x/bank"]);
    assert_eq!(both.as_deref(), Ok("bank"));
}

#[test]
fn without_consumers_everybody_is_local_and_unproven() {
    let consumers = consumers(&[]);
    assert_eq!(identify(&consumers, Some("Bearer any"), &[]).as_deref(), Ok("local"));
    assert!(!consumers.must_prove());
}

#[test]
fn replaced_consumers_count_at_once_and_keep_what_they_used() {
    let rate = Some(Rate { per_second: NonZeroU32::MIN, burst: NonZeroU32::new(3).unwrap() });
    let shop = ConsumerSetup { rate, ..setup("shop", &["a"]) };
    let consumers = consumers(&[shop.clone(), setup("app", &["b"])]);
    let caller = |consumers: &ConfiguredConsumers, key: &str| {
        let mut metadata = MetadataMap::new();
        metadata.insert("authorization", format!("Bearer {key}").parse().unwrap());
        let credentials = Credentials { metadata: &metadata, certificate_names: &[] };
        consumers.identify(&credentials)
    };
    let before = caller(&consumers, "a").unwrap();
    before.meter.count().unwrap();
    before.meter.count().unwrap();
    let renewed = ConsumerSetup { keys: vec![KeyHash::of("c")], ..shop.clone() };
    consumers.replace(&[renewed]).unwrap();
    assert_eq!(caller(&consumers, "a").unwrap_err(), Unidentified::Invalid);
    assert_eq!(caller(&consumers, "b").unwrap_err(), Unidentified::Invalid);
    let after = caller(&consumers, "c").unwrap();
    assert_eq!(after.meter, before.meter, "they count together");
    after.meter.count().unwrap();
    assert!(after.meter.count().is_err(), "one of three was left");
    let faster = ConsumerSetup { rate: None, ..shop };
    consumers.replace(&[faster]).unwrap();
    assert!(caller(&consumers, "a").unwrap().meter.count().is_ok());
}

#[test]
fn what_cannot_be_is_refused_by_consumer_and_key_and_replaces_nothing() {
    let named = |name: &str| ConsumerSetup {
        certificate: Some("till.example".to_owned()),
        ..setup(name, &[])
    };
    let consumers = consumers(&[setup("shop", &["a"])]);
    for (setups, name, key) in [
        (vec![setup("shop", &["a"]), setup("shop", &["b"])], "shop", "name"),
        (vec![setup("shop", &["a"]), setup("app", &["b", "a"])], "app", "keys"),
        (vec![setup("shop", &["a", "a"])], "shop", "keys"),
        (vec![setup("shop", &["a", "b", "c"])], "shop", "keys"),
        (vec![setup("shop", &[])], "shop", "keys"),
        (vec![named("till"), named("bank")], "bank", "certificate"),
        (vec![ConsumerSetup { roles: Vec::new(), ..setup("shop", &["a"]) }], "shop", "roles"),
    ] {
        let error = consumers.replace(&setups).unwrap_err();
        assert_eq!((error.consumer.as_str(), error.key), (name, key), "{error}");
    }
    assert_eq!(identify(&consumers, Some("Bearer a"), &[]).as_deref(), Ok("shop"));
}
