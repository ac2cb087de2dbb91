//! What must stay inside is looked for in everything that comes out: customers' numbers, names and
//! tokens, passwords, API keys and what operators write down are in no log, at any level and in any format,
//! in no metric, in no error, in nothing that the commands say of errors, and not in the journal's files, nor
//! in a backup, as anybody with a SQLite shell would read them.

mod operators;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;

use ppob_api::v1::product_parameters::Family as Parameters;
use ppob_api::v1::{
    BpjsParameters, CreatePaymentRequest, InquireRequest, ListPaymentsRequest, Payment,
    ProductParameters,
};
use ppob_e2e::request::{bill, token, without_waiting};
use ppob_e2e::wait::until;
use ppob_e2e::world::PASSWORD;
use ppob_e2e::{Engine, Result, World};
use ppob_simulator::mmbc::MAGIC_NUMBERS;
use tonic::Status;

/// Shorter ones would be found in anything.
const SHORTEST: usize = 6;

/// What must stay inside, and what each of them is.
#[derive(Debug, Default)]
struct Canaries(BTreeMap<String, &'static str>);

impl Canaries {
    fn add(&mut self, what: &'static str, value: &str) {
        if value.chars().count() >= SHORTEST {
            self.0.insert(value.to_owned(), what);
            // Tokens are printed in groups of four.
            self.0.insert(value.replace([' ', '-'], ""), what);
        }
    }

    /// Everything about the customer that a payment shows to its owner.
    fn add_payment(&mut self, payment: &Payment) {
        self.add("a customer number", &payment.customer_number);
        let Some(receipt) = &payment.receipt else { return };
        self.add("a customer's name", &receipt.customer_name);
        for (field, value) in &receipt.raw_fields {
            if field.contains("stroom") || field.contains("nama") || field.contains("alamat") {
                self.add("a field of a receipt", value);
            }
        }
    }

    /// Those that `text` holds.
    fn found_in(&self, text: &[u8]) -> Vec<String> {
        let lower = String::from_utf8_lossy(text).to_ascii_lowercase();
        let holds = |value: &str| lower.contains(&value.to_ascii_lowercase());
        self.0.iter().filter(|(v, _)| holds(v)).map(|(v, what)| format!("{what}: {v}")).collect()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_secret_or_personal_is_in_logs_metrics_errors_or_the_journals_files() -> Result<()>
{
    for format in ["json", "text"] {
        let mut world = World::new().await?;
        write!(world.config, "\n[log]\nformat = \"{format}\"\nfilter = \"trace\"\n")?;
        let mut canaries = Canaries::default();
        canaries.add("a provider's password", PASSWORD);
        let mut engine = world.serve().await?;
        let keys = operators::with_consumers(&mut world, &mut engine, &mut canaries).await?;
        // Before lost answers rest the provider.
        operators::refuse_in_odd_words(&world, &engine, &mut canaries).await?;
        let mut errors = pay_every_way(&engine, &mut canaries).await?;
        errors.extend(ask_wrongly(&engine, &mut canaries).await);
        let (refused, commands) = operators::operate(&world, &engine, &keys, &mut canaries).await?;
        errors.extend(refused);
        assert!(canaries.0.len() > 40, "{canaries:?}");
        assert!(errors.len() > 5, "{errors:?}");
        for error in &errors {
            let details = error.details().to_vec();
            let said = [format!("{error:?} {error}").into_bytes(), details].concat();
            assert_eq!(canaries.found_in(&said), Vec::<String>::new(), "{error:?}");
        }
        let metrics = engine.metrics().await?;
        assert_eq!(canaries.found_in(metrics.text().as_bytes()), Vec::<String>::new());
        let backup = world.directory().join("journal.sqlite.backup").display().to_string();
        let config = world.write_config()?;
        let kept = world.run(&["backup", &backup, "--config", &config]).await?;
        assert_eq!(kept.code, Some(0), "{kept:?}");
        for ended in commands.iter().chain([&kept]) {
            let said = ended.stderr.as_bytes();
            assert_eq!(canaries.found_in(said), Vec::<String>::new(), "{ended:?}");
        }
        let while_open = journal_files(&world)?;
        let ended = engine.stop().await?;
        for said in [&ended.stdout, &ended.stderr] {
            assert_eq!(canaries.found_in(said.as_bytes()), Vec::<String>::new());
        }
        assert!(ended.stderr.contains("ready: gRPC on "), "{}", ended.stderr);
        for (name, bytes) in while_open.into_iter().chain(journal_files(&world)?) {
            assert_eq!(canaries.found_in(&bytes), Vec::<String>::new(), "in {name}");
        }
    }
    Ok(())
}

/// A token for an ordinary number and for each magic one, and a bill of the families that show most.
async fn pay_every_way(engine: &Engine, canaries: &mut Canaries) -> Result<Vec<Status>> {
    let mut errors = Vec::new();
    // Ordinary ones first: a few lost answers rest the provider.
    let magic = MAGIC_NUMBERS.iter().map(|magic| magic.suffix);
    for suffix in ["7731", "7732", "7733"].into_iter().chain(magic) {
        let customer = format!("53918264{suffix}");
        canaries.add("a customer number", &customer);
        let id = format!("canary-{suffix}");
        errors.extend(engine.create(without_waiting(token(&id, &customer))).await.err());
        let asked = InquireRequest {
            product_code: "PLN-POSTPAID".to_owned(),
            customer_number: customer.clone(),
            ..InquireRequest::default()
        };
        pay_bill(engine, &format!("canary-bill-{suffix}"), asked, canaries, &mut errors).await;
    }
    let family_card = InquireRequest {
        product_code: "BPJS-KESEHATAN".to_owned(),
        customer_number: "5391826477399".to_owned(),
        parameters: Some(ProductParameters {
            family: Some(Parameters::Bpjs(BpjsParameters { months: 1 })),
            ..ProductParameters::default()
        }),
        amount_rupiah: None,
    };
    pay_bill(engine, "canary-bpjs", family_card, canaries, &mut errors).await;
    let settled = until("nothing is being sent any more", async || {
        let payments = engine.payments().await.map_err(|problem| problem.to_string())?;
        let sending = payments.iter().filter(|p| p.attempts.iter().any(is_sending)).count();
        if sending == 0 { Ok(payments) } else { Err(format!("{sending} are being sent")) }
    });
    for payment in settled.await? {
        canaries.add_payment(&payment);
    }
    Ok(errors)
}

fn is_sending(attempt: &ppob_api::v1::Attempt) -> bool {
    attempt.state() == ppob_api::v1::AttemptState::Sending
}

async fn pay_bill(
    engine: &Engine,
    id: &str,
    asked: InquireRequest,
    canaries: &mut Canaries,
    errors: &mut Vec<Status>,
) {
    canaries.add("a customer number", &asked.customer_number);
    match engine.inquire(asked.clone()).await {
        Ok(shown) => {
            canaries.add("a customer's name", &shown.customer_name);
            let request = without_waiting(bill(id, &asked, &shown.inquiry_id));
            errors.extend(engine.create(request).await.err());
        }
        Err(status) => errors.push(status),
    }
}

/// Requests that are refused, each with something personal in it.
async fn ask_wrongly(engine: &Engine, canaries: &mut Canaries) -> Vec<Status> {
    let personal = "5391826KANARI";
    canaries.add("a customer number that is none", personal);
    let good = token("canary-wrong", personal);
    let wrong = [
        good.clone(),
        CreatePaymentRequest { product_code: "PLN-PREPAID-1".to_owned(), ..good.clone() },
        CreatePaymentRequest { amount_rupiah: Some(1), ..good.clone() },
        CreatePaymentRequest {
            parameters: Some(ProductParameters {
                second_id: "3171KANARIKTP".to_owned(),
                ..ProductParameters::default()
            }),
            ..good
        },
    ];
    canaries.add("an identity number", "3171KANARIKTP");
    let mut errors = Vec::new();
    for request in wrong {
        errors.extend(engine.create(request).await.err());
    }
    let list = ListPaymentsRequest {
        customer_number: personal.to_owned(),
        page_token: "no-token".to_owned(),
        ..ListPaymentsRequest::default()
    };
    errors.extend(engine.client.payments.clone().list_payments(list).await.err());
    errors
}

/// Whether it is a segment of the send journal.
fn is_sends(name: &str) -> bool {
    std::path::Path::new(name).extension().is_some_and(|end| end == "sends")
}

/// Every file beside the journal that belongs to it, as it is on the disk.
fn journal_files(world: &World) -> Result<Vec<(String, Vec<u8>)>> {
    let mut files = Vec::new();
    let sends = world.directory().join("journal.sqlite.sends");
    for entry in fs::read_dir(world.directory())?.chain(fs::read_dir(sends)?) {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let belongs = name.starts_with("journal.sqlite") || is_sends(&name);
        if belongs && entry.path().is_file() {
            files.push((name, fs::read(entry.path())?));
        }
    }
    assert!(files.iter().any(|(_, bytes)| bytes.len() > 50_000), "nothing was written");
    assert!(files.iter().any(|(name, _)| is_sends(name)), "no send was written");
    Ok(files)
}
