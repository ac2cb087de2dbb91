//! What consumers and operators bring in: keys, notes, reasons, evidence, references.

use std::fmt::Write as _;

use ppob_api::v1::operator_service_client::OperatorServiceClient;
use ppob_api::v1::{
    ExportCustomerRequest, GetPaymentRequest, ListReviewsRequest, PaymentState, ReloadConfigRequest,
};
use ppob_api::{ApiKey, PpobClient};
use ppob_e2e::process::Ended;
use ppob_e2e::request::{token, without_waiting};
use ppob_e2e::{Engine, Problem, Result, World};
use ppob_simulator::mmbc::{Fault, FaultKind, Verb};
use tonic::service::interceptor::InterceptedService;
use tonic::transport::{Channel, Endpoint};
use tonic::{Code, Status};

use super::Canaries;

/// Never configured: whoever mistypes a key must not find it in a log either.
const WRONG_KEY: &str = "ppob_kanari0wrong0kanari0wrong0kanari0wrong0";
const NOTE: &str = "the husband of Nyai Kanari Sukma called";
const LATER_NOTE: &str = "Pak Kanari Wijaya called again";
const EVIDENCE: &str = "seen in the statement beside Ibu Kanari Lestari";
const REASON: &str = "Kanari Handayani of the provider asked for it";
const REFERENCE: &str = "TRF KANARI PRAMESTI 8812";
const REFUSED: &str = "539182641999";
const REFUSED_NAME: &str = "KANARI SASTROWARDOYO";
const REFUSED_ID: &str = "canary-refused-1";

/// The keys of the consumers, which the engine never saw before they were used.
#[derive(Debug)]
pub(super) struct Keys {
    pub(super) shop: String,
    desk: String,
}

type Operators = OperatorServiceClient<InterceptedService<Channel, ApiKey>>;

/// Gives the running engine consumers, and calls it as one of them from now on.
pub(super) async fn with_consumers(
    world: &mut World,
    engine: &mut Engine,
    canaries: &mut Canaries,
) -> Result<Keys> {
    let mut keys = Vec::new();
    for (name, roles) in [("shop", "\"read\", \"pay\""), ("desk", "\"operate\"")] {
        let made = world.run(&["key", "new", name]).await?;
        let told = |begins: &str, ends: char| {
            let (_, rest) = made.stdout.split_once(begins)?;
            rest.split(ends).next().map(str::to_owned)
        };
        let missing = || Problem::new(format!("no key: {made:?}"));
        let secret = told("  ppob_", '\n').ok_or_else(missing)?;
        let hash = told("keys = [\"", '"').ok_or_else(missing)?;
        canaries.add("an API key", &secret);
        keys.push(format!("ppob_{secret}"));
        write!(
            world.config,
            "\n[[consumer]]\nname = \"{name}\"\nroles = [{roles}]\nkeys = [\"{hash}\"]\n\
             requests_per_second = 10000\nburst = 10000\npayments_in_flight = 1000\n"
        )?;
    }
    canaries.add("a wrong API key", WRONG_KEY);
    world.write_config()?;
    let request = ReloadConfigRequest { actor: "sari".to_owned(), validate_only: false };
    let _done = engine.operators().await?.reload_config(request).await?;
    let mut keys = keys.into_iter();
    let (Some(shop), Some(desk)) = (keys.next(), keys.next()) else {
        return Err(Problem::new("two keys were made"));
    };
    engine.client = PpobClient::of_channel(engine.channel().await?, ApiKey::new(&shop)?);
    Ok(Keys { shop, desk })
}

/// Everything that operators can write, by the commands, which must show none of it where errors go.
/// Returns the errors of calls and what the commands said.
pub(super) async fn operate(
    world: &World,
    engine: &Engine,
    keys: &Keys,
    canaries: &mut Canaries,
) -> Result<(Vec<Status>, Vec<Ended>)> {
    for (what, text) in [
        ("a note", NOTE),
        ("a note", LATER_NOTE),
        ("evidence", EVIDENCE),
        ("a reason", REASON),
        ("a deposit's reference", REFERENCE),
    ] {
        canaries.add(what, text);
    }
    let by_sari = ["--actor", "sari"];
    let reason = ["--actor", "sari", "--reason", REASON];
    let about = ["--consumer", "shop"];
    let evidence = ["--not-executed", "--evidence", EVIDENCE];
    let deposit = ["--id", "2026-1", "--at", "2026-01-15 10:00:00", "--reference", REFERENCE];
    let commands: [&[&[&str]]; 12] = [
        &[&["note", REFUSED_ID, NOTE], &about, &by_sari],
        &[&["note", REFUSED_ID, LATER_NOTE], &about, &by_sari],
        &[&["resolve", REFUSED_ID], &evidence, &about, &by_sari],
        &[&["deposit", "mmbc", "5000000"], &deposit, &by_sari],
        // The id stands for something else.
        &[&["deposit", "mmbc", "5000001"], &deposit, &by_sari],
        &[&["provider", "mode", "mmbc", "drain"], &reason],
        &[&["offer", "off", "mmbc", "NO-SUCH-PRODUCT"], &reason],
        &[&["provider", "mode", "nobody", "drain"], &reason],
        &[&["note", "canary-nothing-1", NOTE], &about, &by_sari],
        &[&["privacy", "export", REFUSED], &reason],
        &[&["privacy", "erase", REFUSED], &reason],
        &[&["reviews"]],
    ];
    let at = ["--operator-address", engine.addresses.operator.as_str()];
    let mut said = Vec::new();
    for command in commands {
        for (key, known) in [(keys.desk.as_str(), true), (WRONG_KEY, false), (&keys.shop, false)] {
            let all = [&command.concat()[..], &at, &["--api-key", key]].concat();
            let ended = world.run(&all).await?;
            assert!(known || ended.code != Some(0), "{all:?}: {ended:?}");
            said.push(ended);
        }
    }
    let list = ["payment", "list", "--address", engine.addresses.api.as_str()];
    for key in [WRONG_KEY, &keys.desk, "ppob_kanari\nkanari"] {
        let ended = world.run(&[&list[..], &["--api-key", key]].concat()).await?;
        assert_ne!(ended.code, Some(0), "{ended:?}");
        said.push(ended);
    }
    everything_arrived(engine, keys, canaries).await?;
    Ok((with_wrong_keys(engine, keys).await?, said))
}

/// The provider refuses a payment in words of its own, with a name in them that stands nowhere else.
pub(super) async fn refuse_in_odd_words(
    world: &World,
    engine: &Engine,
    canaries: &mut Canaries,
) -> Result<()> {
    let reason = format!("PELANGGAN {REFUSED_NAME} NO {REFUSED} SUDAH PINDAH");
    let fault = Fault::new(FaultKind::Refusal { reason }).verb(Verb::Pay).times(1);
    world.provider.add_fault(fault)?;
    canaries.add("a customer number", REFUSED);
    canaries.add("a name in a refusal", REFUSED_NAME);
    let _accepted = engine.create(without_waiting(token(REFUSED_ID, REFUSED))).await?;
    engine.wait_for(REFUSED_ID, PaymentState::InDoubt).await?;
    Ok(())
}

/// Without this the search would be for what was never there.
async fn everything_arrived(engine: &Engine, keys: &Keys, canaries: &Canaries) -> Result<()> {
    let mut operators = operators(engine, &keys.desk).await?;
    let reviews = ListReviewsRequest { page_size: 500, ..ListReviewsRequest::default() };
    let reviews = operators.list_reviews(reviews).await?.into_inner().reviews;
    let printed = format!("{reviews:?}");
    assert_eq!(canaries.found_in(printed.as_bytes()), Vec::<String>::new(), "by Debug");
    let known = reviews.iter().filter_map(|review| review.payment.as_ref());
    let numbers: Vec<&str> = known.map(|payment| payment.customer_number.as_str()).collect();
    for evidence in reviews.iter().flat_map(|review| &review.evidence) {
        let shown = numbers.iter().find(|number| evidence.text.contains(**number));
        assert_eq!(shown, None, "evidence shows a customer's number: {}", evidence.text);
    }
    let export = ExportCustomerRequest {
        customer_number: REFUSED.to_owned(),
        reason: REASON.to_owned(),
        actor: "sari".to_owned(),
        ..ExportCustomerRequest::default()
    };
    let exported = operators.export_customer(export).await?.into_inner().payments;
    let [one] = &*exported else { return Err(Problem::new(format!("{exported:?}"))) };
    let notes: Vec<_> = one.notes.iter().map(|note| note.text.as_str()).collect();
    assert_eq!(notes, [NOTE, LATER_NOTE]);
    assert!(one.raw_answers.iter().any(|answer| answer.contains(REFUSED_NAME)), "{exported:?}");
    let trail = operators.list_audit(ppob_api::v1::ListAuditRequest::default()).await?.into_inner();
    let reasons = trail.entries.iter().map(|entry| entry.reason.as_str());
    let written: Vec<_> = reasons.filter(|reason| !reason.is_empty()).collect();
    for text in [REASON, REFERENCE] {
        assert!(written.contains(&text), "{text} is not in the audit");
    }
    for entry in &trail.entries {
        let plain = format!("{} {} {}", entry.subject, entry.before, entry.after);
        assert_eq!(canaries.found_in(plain.as_bytes()), Vec::<String>::new(), "{entry:?}");
        assert_eq!(canaries.found_in(format!("{entry:?}").as_bytes()), Vec::<String>::new());
    }
    Ok(())
}

/// Calls that are refused for their key, or for their role.
async fn with_wrong_keys(engine: &Engine, keys: &Keys) -> Result<Vec<Status>> {
    let mut errors = Vec::new();
    for key in [WRONG_KEY, &keys.desk] {
        let client = PpobClient::of_channel(engine.channel().await?, ApiKey::new(key)?);
        let request = GetPaymentRequest { payment_id: REFUSED_ID.to_owned() };
        errors.extend(client.payments.clone().get_payment(request).await.err());
    }
    let codes: Vec<Code> = errors.iter().map(Status::code).collect();
    assert_eq!(codes, [Code::Unauthenticated, Code::PermissionDenied]);
    Ok(errors)
}

async fn operators(engine: &Engine, key: &str) -> Result<Operators> {
    let address = format!("http://{}", engine.addresses.operator);
    let channel = Endpoint::from_shared(address)?.connect().await?;
    Ok(OperatorServiceClient::with_interceptor(channel, ApiKey::new(key)?))
}
