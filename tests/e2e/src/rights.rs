//! Every right and every refusal of an engine with TLS, three consumers and two operators, shown by the
//! commands that people use; then the audit that it left.

mod people;
mod stage;

use std::fmt::Write as _;

use ppob_api::ClientTls;

use self::people::{Authority, Person};
use self::stage::{Seen, Stage, granted, refused};
use crate::wait::until;
use crate::{Problem, Result, World};

/// The token that the consumers buy.
const TOKEN: &str = "PLN-PREPAID-20000";

/// Everybody who calls.
struct People {
    /// Buys PLN tokens, up to a limit.
    shop: Person,
    /// Buys everything, but not fast.
    kiosk: Person,
    /// Only looks.
    clerk: Person,
    siti: Person,
    budi: Person,
}

/// Runs the whole story, and gives its transcript.
///
/// # Errors
/// If anything else is seen than has to be; the transcript up to there is in the error.
pub async fn run() -> Result<String> {
    let mut world = World::of_today().await?;
    let people = set_up(&mut world).await?;
    let engine = world.serve_without_prices().await?;
    let addresses = engine.addresses.clone();
    let mut stage = Stage { world: &world, addresses, transcript: String::new() };
    wait_for_prices(&stage, &people.clerk).await?;
    identity(&mut stage, &people).await?;
    roles(&mut stage, &people).await?;
    own_payments(&mut stage, &people).await?;
    limits(&mut stage, &people).await?;
    operators(&mut stage, &people).await?;
    two_persons(&mut stage, &people).await?;
    evidence(&mut stage, &people).await?;
    let transcript = stage.transcript;
    revoked(&mut world, &people, transcript, engine).await
}

/// Configures TLS, the consumers and the operators.
async fn set_up(world: &mut World) -> Result<People> {
    let directory = world.directory().to_owned();
    let authority = Authority::new(&directory)?;
    authority.certify(&directory, "server", vec!["127.0.0.1".to_owned()])?;
    let (shop, shop_table) = Person::with_a_new_key(
        world,
        "shop",
        "roles = [\"read\", \"pay\"]\nfamilies = [\"pln-prepaid\"]\n\
         payment_max_rupiah = 60000\nday_max_rupiah = 100000\n",
    )
    .await?;
    let slow = "roles = [\"read\", \"pay\"]\nrequests_per_second = 20\nburst = 3\n";
    let (kiosk, kiosk_table) = Person::with_a_new_key(world, "kiosk", slow).await?;
    let (clerk, clerk_table) =
        Person::with_a_new_key(world, "clerk", "roles = [\"read\"]\n").await?;
    let of = |name: &str| format!("roles = [\"operate\"]\ncertificate = \"{name}.operators\"\n");
    let (siti, siti_table) = Person::with_a_new_key(world, "siti", &of("siti")).await?;
    let (budi, budi_table) = Person::with_a_new_key(world, "budi", &of("budi")).await?;
    let siti = siti.certified(world, &authority)?;
    let budi = budi.certified(world, &authority)?;
    let here = directory.display();
    // Directly behind the table of the provider: nothing is executed later than two seconds.
    world.config.push_str("late_execution_bound_s = 1\n\n[payments]\nstart_within_s = 1\n");
    for (table, clients) in
        [("tls", String::new()), ("operator_tls", format!("client_ca = '{here}/ca.pem'\n"))]
    {
        let files = format!("certificate = '{here}/server.pem'\nkey = '{here}/server.key'\n");
        write!(world.config, "\n[listen.{table}]\n{files}{clients}")?;
    }
    for table in [shop_table, kiosk_table, clerk_table, siti_table, budi_table] {
        world.config.push_str(&table);
    }
    world.tls = Some(ClientTls::default().trusting(std::fs::read(directory.join("ca.pem"))?));
    Ok(People { shop, kiosk, clerk, siti, budi })
}

async fn wait_for_prices(stage: &Stage<'_>, clerk: &Person) -> Result<()> {
    until("prices are there", async || {
        let shown = stage.run(clerk, &["products", "--available"]).await;
        let shown = shown.map_err(|problem| problem.to_string())?;
        if shown.stdout.contains(TOKEN) { Ok(()) } else { Err(format!("{shown:?}")) }
    })
    .await
}

async fn identity(stage: &mut Stage<'_>, people: &People) -> Result<()> {
    stage.chapter("Who are you?");
    let look = ["explain", TOKEN];
    stage.show(&people.clerk, &look, granted("mmbc")).await?;
    stage.show(&Person::stranger(""), &look, refused("no API key was given")).await?;
    let guessed = Person::stranger("ppob_guessed");
    stage.show(&guessed, &look, refused("the API key is not known")).await?;
    let plain = stage.addresses.api.clone();
    let unencrypted = ["explain", TOKEN, "--address", &plain];
    let tls = Seen { exit: 5, words: "speaks TLS" };
    stage.show(&people.clerk, &unencrypted, tls).await?;
    // Operators need a certificate on top of their key.
    let asked = Seen { exit: 5, words: "certificate" };
    stage.show(&people.shop, &["providers"], asked).await?;
    Ok(())
}

async fn roles(stage: &mut Stage<'_>, people: &People) -> Result<()> {
    stage.chapter("What may you do?");
    let pay = ["pay", TOKEN, "530000001499", "--id", "clerk-0001"];
    stage.show(&people.clerk, &pay, refused("lacks the role `pay`")).await?;
    let pay = ["pay", TOKEN, "530000001499", "--id", "siti-00001"];
    // The port for callers asks for no certificate, and her key is worth nothing without.
    let without = refused("not on a connection with this client certificate");
    stage.show(&people.siti, &pay, without).await?;
    stage.show(&people.siti, &["providers"], granted("mmbc")).await?;
    let visitor = people.clerk.with_the_certificate_of(&people.siti);
    stage.show(&visitor, &["providers"], refused("lacks the role `operate`")).await?;
    let bill = ["inquire", "PLN-POSTPAID", "530000001499"];
    stage.show(&people.shop, &bill, refused("may not use products of the family")).await?;
    stage.show(&people.kiosk, &bill, granted("Total")).await?;
    Ok(())
}

async fn own_payments(stage: &mut Stage<'_>, people: &People) -> Result<()> {
    stage.chapter("Whose payment is it?");
    let pay = ["pay", TOKEN, "530000001199", "--id", "shop-0001"];
    stage.show(&people.shop, &pay, granted("SUCCEEDED")).await?;
    let get = ["payment", "get", "shop-0001"];
    stage.show(&people.shop, &get, granted("SUCCEEDED")).await?;
    stage.show(&people.clerk, &get, refused("no such payment")).await?;
    Ok(())
}

async fn limits(stage: &mut Stage<'_>, people: &People) -> Result<()> {
    stage.chapter("How much, and how fast?");
    let big = ["pay", "PLN-PREPAID-100000", "530000001299", "--id", "shop-0002"];
    stage.show(&people.shop, &big, refused("PAYMENT_LIMIT_EXCEEDED")).await?;
    let half = ["pay", "PLN-PREPAID-50000", "530000001399", "--id", "shop-0003"];
    stage.show(&people.shop, &half, granted("SUCCEEDED")).await?;
    let over = ["pay", "PLN-PREPAID-50000", "530000001599", "--id", "shop-0004"];
    stage.show(&people.shop, &over, refused("DAY_LIMIT_EXCEEDED")).await?;
    // Twenty in a second: however slow this machine is, some of these come too fast.
    let mut calls = tokio::task::JoinSet::new();
    let client = crate::engine::connect_as(
        &stage.addresses.api,
        stage.world.tls.as_ref(),
        people.kiosk.api_key()?,
    )
    .await?;
    for _ in 0..400 {
        let mut catalog = client.catalog.clone();
        let request = ppob_api::v1::GetProductRequest { product_code: TOKEN.to_owned() };
        calls.spawn(async move { catalog.get_product(request).await.map(drop) });
    }
    let answers = calls.join_all().await;
    let reason = |status: &tonic::Status| ppob_api::error::reason_of(status);
    let fast = answers.iter().filter_map(|answer| answer.as_ref().err()).filter_map(reason);
    let fast = fast.filter(|reason| reason == ppob_api::error::reason::RATE_LIMITED).count();
    if fast == 0 {
        return Err(Problem::new("400 calls at once were not too fast for 20 per second"));
    }
    stage.note(&format!("kiosk: 400 calls at once, {fast} of them RATE_LIMITED"));
    Ok(())
}

async fn operators(stage: &mut Stage<'_>, people: &People) -> Result<()> {
    stage.chapter("What operators switch");
    let siti = ["--actor", "siti"];
    let drain = ["provider", "mode", "mmbc", "drain", "--reason", "maintenance tonight"];
    stage.show(&people.siti, &[&drain[..], &siti].concat(), granted("DRAIN")).await?;
    let pay = ["pay", TOKEN, "530000001699", "--id", "kiosk-001"];
    let failed = Seen { exit: 3, words: "NO_ROUTE" };
    stage.show_in_time(&people.kiosk, &pay, failed).await?;
    let active = ["provider", "mode", "mmbc", "active", "--reason", "done"];
    stage.show(&people.siti, &[&active[..], &siti].concat(), granted("ACTIVE")).await?;
    let note = ["note", "shop-0001", "the customer called", "--consumer", "shop"];
    stage.show(&people.siti, &[&note[..], &siti].concat(), granted("")).await?;
    Ok(())
}

async fn two_persons(stage: &mut Stage<'_>, people: &People) -> Result<()> {
    stage.chapter("Not executed takes two persons");
    let lost = ["pay", TOKEN, "530000000202", "--id", "kiosk-002", "--wait", "1s"];
    let in_doubt = Seen { exit: 4, words: "IN_DOUBT" };
    stage.show_in_time(&people.kiosk, &lost, in_doubt).await?;
    let verdict = |actor: &'static str| {
        let evidence = "not on the statement of 27 November";
        let what = ["resolve", "kiosk-002", "--consumer", "kiosk", "--not-executed"];
        [&what[..], &["--evidence", evidence, "--actor", actor]].concat()
    };
    until("the provider can no longer execute it", async || {
        let said = stage.run(&people.siti, &verdict("siti")).await;
        let said = said.map_err(|problem| problem.to_string())?;
        if said.stderr.contains("may still execute") { Err(said.stderr) } else { Ok(()) }
    })
    .await?;
    let waits = granted("Another person has to give the same one");
    stage.show(&people.siti, &verdict("siti"), waits).await?;
    let alone = refused("another person");
    stage.show(&people.siti, &verdict("budi"), alone).await?;
    stage.show(&people.budi, &verdict("budi"), granted("FAILED")).await?;
    Ok(())
}

async fn evidence(stage: &mut Stage<'_>, people: &People) -> Result<()> {
    stage.chapter("Executed takes an invoice that the provider confirms");
    let lost = ["pay", TOKEN, "530000000201", "--id", "kiosk-003", "--wait", "1s"];
    stage.show_in_time(&people.kiosk, &lost, Seen { exit: 4, words: "IN_DOUBT" }).await?;
    let ledger = stage.world.provider.ledger();
    let invoice = |customer: &str| {
        let charge = ledger.charges.iter().find(|one| one.customer_number == customer);
        charge.map(|one| one.invoice.clone()).ok_or_else(|| Problem::new("it was not charged"))
    };
    let (other, own) = (invoice("530000001199")?, invoice("530000000201")?);
    let check = |invoice| {
        ["check", "kiosk-003", "--consumer", "kiosk", "--reference", invoice, "--actor", "siti"]
    };
    stage.show(&people.siti, &check(other.as_str()), refused("")).await?;
    stage.show(&people.siti, &check(own.as_str()), granted("SUCCEEDED")).await?;
    stage.chapter("What it left");
    stage.show(&people.siti, &["audit"], granted("SetProviderMode")).await?;
    let by_both = ["audit", "--action", "ResolvePayment"];
    stage.show(&people.budi, &by_both, granted("budi")).await?;
    let visitor = people.clerk.with_the_certificate_of(&people.siti);
    stage.show(&visitor, &["audit"], refused("lacks the role `operate`")).await?;
    Ok(())
}

/// A consumer that is taken out of the configuration is refused without a restart.
async fn revoked(
    world: &mut World,
    people: &People,
    transcript: String,
    engine: crate::Engine,
) -> Result<String> {
    let clerk = world.config.find("\n[[consumer]]\nname = \"clerk\"");
    let siti = world.config.find("\n[[consumer]]\nname = \"siti\"");
    let (Some(from), Some(to)) = (clerk, siti) else {
        return Err(Problem::new("the clerk is not configured"));
    };
    world.config.replace_range(from..to, "\n");
    world.write_config()?;
    let addresses = engine.addresses.clone();
    let mut stage = Stage { world: &*world, addresses, transcript };
    stage.chapter("Taken out of the configuration");
    let reload = ["config", "reload", "--actor", "budi"];
    stage.show(&people.budi, &reload, granted("consumer")).await?;
    stage.show(&people.clerk, &["explain", TOKEN], refused("the API key is not known")).await?;
    let last = ["audit", "--action", "ReloadConfig"];
    stage.show(&people.siti, &last, granted("budi")).await?;
    let transcript = stage.transcript;
    engine.stop().await?;
    Ok(transcript)
}
