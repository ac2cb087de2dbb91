//! Statements of the provider and the daily close, by the commands that operators use.

use std::path::PathBuf;
use std::time::Duration;

use ppob_api::v1::PaymentState;
use ppob_api::v1::family_details::Details;
use ppob_e2e::process::Ended;
use ppob_e2e::request::{fresh_customer, token, without_waiting};
use ppob_e2e::wait::until;
use ppob_e2e::world::{ACCOUNT, now_in_wib};
use ppob_e2e::{Engine, Problem, Result, World};
use ppob_simulator::mmbc::StatementSwitches;
use ppob_types::Timestamp;

use crate::KEPT;

const DONE: i32 = 0;
const OPEN: i32 = 4;
const MISMATCH: i32 = 6;

/// Debited, but the connection drops without an answer.
const LOST_ANSWER: &str = "530000000201";
/// The connection drops without an answer, and nothing is debited.
const NOT_EXECUTED: &str = "530000000202";

/// Nothing is executed later than two seconds, and the provider's clock is ours.
async fn world() -> Result<World> {
    let mut world = World::of_today().await?.kept(KEPT).await?;
    world.config.push_str(
        "late_execution_bound_s = 1\nstatement.clock_tolerance_s = 0\n\n\
         [payments]\nstart_within_s = 1\n",
    );
    Ok(world)
}

/// The provider's statement as a file.
fn export(world: &World, switches: StatementSwitches) -> Result<PathBuf> {
    let file = world.directory().join("mutasi.csv");
    std::fs::write(&file, world.provider.statement(ACCOUNT, switches))?;
    Ok(file)
}

async fn operate(world: &World, engine: &Engine, arguments: &[&str]) -> Result<Ended> {
    let mut all = arguments.to_vec();
    all.extend(["--operator-address", engine.addresses.operator.as_str(), "--actor", "sari"]);
    world.run(&all).await
}

async fn import(world: &World, engine: &Engine, more: &[&str]) -> Result<Ended> {
    let file = world.directory().join("mutasi.csv").display().to_string();
    let mut arguments = vec!["statement", "import", file.as_str(), "--provider", "mmbc"];
    arguments.extend(more);
    operate(world, engine, &arguments).await
}

/// Complete from this time yesterday up to now.
async fn import_complete(world: &World, engine: &Engine) -> Result<Ended> {
    let now = now_in_wib();
    let moment = Timestamp::from_wib(&now).ok_or_else(|| Problem::new("no time"))?;
    let from = moment.minus(Duration::from_hours(24)).wib();
    import(world, engine, &["--complete", "--from", &from, "--before", &now]).await
}

fn assert_says(ended: &Ended, code: i32, words: &[&str]) {
    assert_eq!(ended.code, Some(code), "{ended:?}");
    for word in words {
        assert!(ended.stdout.contains(word), "{word} is missing:\n{}", ended.stdout);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_answer_is_settled_by_the_providers_statement_and_the_day_closes_to_nothing()
-> Result<()> {
    const ID: &str = "statement-01";
    let world = world().await?;
    let engine = world.serve().await?;
    for number in 2..5 {
        let paid = engine.pay(token(&format!("statement-0{number}"), &fresh_customer())).await?;
        assert_eq!(paid.state(), PaymentState::Succeeded, "{paid:?}");
    }
    engine.pay(without_waiting(token(ID, LOST_ANSWER))).await?;
    engine.wait_for(ID, PaymentState::InDoubt).await?;

    // The provider writes the debit down late: what is not there concludes nothing.
    export(&world, StatementSwitches { delayed: 1, foreign_row: false })?;
    let early = import(&world, &engine, &["--partial"]).await?;
    assert_says(&early, DONE, &["The statement and the record agree", "Not declared complete"]);
    engine.wait_for(ID, PaymentState::InDoubt).await?;

    // A debit that is nobody's is a mismatch, and counts once however often the file comes.
    export(&world, StatementSwitches { delayed: 1, foreign_row: true })?;
    for _ in 0..2 {
        let foreign = import(&world, &engine, &["--partial"]).await?;
        assert_says(&foreign, MISMATCH, &["a debit that we know nothing of, Rp 12.345"]);
        let counted = engine.metrics().await?.sum("ppob_statement_mismatches_total");
        assert_eq!(counted, Some(1));
    }

    export(&world, StatementSwitches::default())?;
    let look = import(&world, &engine, &["--dry-run", "--partial"]).await?;
    assert_says(&look, OPEN, &["Only a look", "a debit of a payment in doubt"]);
    engine.wait_for(ID, PaymentState::InDoubt).await?;
    let whole = import(&world, &engine, &["--partial"]).await?;
    assert_says(&whole, DONE, &["the provider confirmed it: the payment is settled"]);
    let paid = engine.wait_for(ID, PaymentState::Succeeded).await?;
    let charge = world.provider.ledger().charges.pop();
    let charge = charge.ok_or_else(|| Problem::new("nothing was charged"))?;
    assert_eq!(charge.customer_number, LOST_ANSWER);
    let details = paid.receipt.and_then(|receipt| receipt.details).and_then(|one| one.details);
    let Some(Details::PlnPrepaid(details)) = details else {
        return Err(Problem::new("no receipt of a token"));
    };
    let digits: String = details.token.chars().filter(char::is_ascii_digit).collect();
    assert_eq!(Some(digits), charge.token);

    let days = world.provider.ledger().charges;
    let day = charge.at.split(' ').next().unwrap_or_default().to_owned();
    if days.iter().any(|charge| !charge.at.starts_with(&day)) {
        // Midnight passed meanwhile: no single day has all of them.
        return Ok(());
    }
    let closed = until("the day closes", async || {
        // A statement is complete only for what was over before it was exported.
        import_complete(&world, &engine).await.map_err(|problem| problem.to_string())?;
        let closed = operate(&world, &engine, &["close", &day]).await;
        let closed = closed.map_err(|problem| problem.to_string())?;
        if closed.stdout.contains("BALANCED") { Ok(closed) } else { Err(closed.stdout) }
    });
    let closed = closed.await?;
    assert_says(&closed, DONE, &["PROVISIONAL", "difference", "Rp 0"]);
    let json = operate(&world, &engine, &["close", &day, "--json"]).await?;
    let json: serde_json::Value = serde_json::from_str(&json.stdout)?;
    assert_eq!(json["closes"][0]["difference_rupiah"], 0, "{json}");
    assert_eq!(json["closes"][0]["succeeded"]["count"], 4, "{json}");
    let debited: i64 = days.iter().map(|charge| charge.cost).sum();
    assert_eq!(json["closes"][0]["debited_rupiah"], debited, "{json}");

    let audit = world
        .run(&["audit", "--operator-address", &engine.addresses.operator, "--limit", "100"])
        .await?;
    assert_says(&audit, DONE, &["ImportStatement provider/mmbc", "CloseDay provider/mmbc"]);
    assert!(!audit.stdout.contains(LOST_ANSWER), "{}", audit.stdout);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_complete_statement_lacks_is_proposed_and_only_a_second_person_ends_it() -> Result<()>
{
    const ID: &str = "statement-11";
    let world = world().await?;
    let engine = world.serve().await?;
    engine.pay(without_waiting(token(ID, NOT_EXECUTED))).await?;
    engine.wait_for(ID, PaymentState::InDoubt).await?;
    export(&world, StatementSwitches::default())?;
    let proposed = until("not executed is proposed", async || {
        let ended =
            import_complete(&world, &engine).await.map_err(|problem| problem.to_string())?;
        if ended.stdout.contains("not executed is proposed") {
            Ok(ended)
        } else {
            Err(ended.stdout)
        }
    });
    assert_says(&proposed.await?, OPEN, &[ID, "a payment in doubt that is missing"]);
    let again = import_complete(&world, &engine).await?;
    assert_says(&again, OPEN, &["not executed was proposed before"]);
    engine.wait_for(ID, PaymentState::InDoubt).await?;
    let second = [
        "resolve",
        ID,
        "--not-executed",
        "--actor",
        "budi",
        "--evidence",
        "statement of today",
        "--operator-address",
        &engine.addresses.operator,
    ];
    let second = world.run(&second).await?;
    assert!(matches!(second.code, Some(DONE | 3)), "{second:?}");
    engine.wait_for(ID, PaymentState::Failed).await?;
    assert!(world.provider.ledger().charges.is_empty());
    Ok(())
}
