//! A disk without room, a directory that goes away, a file that cannot be written.

use std::fs;
use std::path::{Path, PathBuf};

use ppob_api::error::{may_be_accepted, metadata_of};
use ppob_api::v1::{Payment, PaymentState};
use ppob_crash::disk::{fill, make_room, may_grow, on_a_small_disk, seen_by, with_limits};
use ppob_crash::standstill::Standstill;
use ppob_e2e::request::{TOKEN_AT_PROVIDER, fresh_customer, token, without_waiting};
use ppob_e2e::wait::until;
use ppob_e2e::{Engine, Result, World, audit};
use ppob_types::CrashPoint;

use crate::PROGRAM;

/// Of the small disk.
const BYTES: u64 = 3 * 1024 * 1024;

/// How the room goes and comes back.
trait Room {
    fn take(&self, engine: &Engine) -> Result<()>;
    fn give(&self, engine: &Engine) -> Result<()>;
}

/// No file of the process may grow.
struct Limit;

impl Room for Limit {
    fn take(&self, engine: &Engine) -> Result<()> {
        may_grow(engine, false)
    }

    fn give(&self, engine: &Engine) -> Result<()> {
        may_grow(engine, true)
    }
}

/// A disk of its own is full.
struct SmallDisk(PathBuf);

impl Room for SmallDisk {
    fn take(&self, engine: &Engine) -> Result<()> {
        fill(&seen_by(engine, &self.0.join("filler"))?)
    }

    fn give(&self, engine: &Engine) -> Result<()> {
        make_room(&seen_by(engine, &self.0.join("filler"))?)
    }
}

/// The directory of the journal is somewhere else.
struct Elsewhere(PathBuf);

impl Elsewhere {
    fn aside(&self) -> PathBuf {
        self.0.with_extension("aside")
    }
}

impl Room for Elsewhere {
    fn take(&self, _: &Engine) -> Result<()> {
        Ok(fs::rename(&self.0, self.aside())?)
    }

    fn give(&self, _: &Engine) -> Result<()> {
        Ok(fs::rename(self.aside(), &self.0)?)
    }
}

/// With the journal in a directory of its own.
async fn world(program: Vec<String>) -> Result<(World, PathBuf)> {
    let mut world = World::new().await?;
    let directory = world.directory().join("disk");
    fs::create_dir(&directory)?;
    let (old, new) = (world.journal(), directory.join("journal.sqlite"));
    world.config = world.config.replace(&old.display().to_string(), &new.display().to_string());
    world.program = program;
    Ok((world, directory))
}

/// The room goes while a payment is on its way. Nothing is told that is not durable, nothing new is taken
/// in, and once there is room again everything goes on by itself.
async fn goes_on_with_room(mut world: World, room: &impl Room) -> Result<()> {
    // The first payment is answered as always.
    let standstill = Standstill::at(&mut world, CrashPoint::AnswerReceived, 2);
    let engine = world.serve().await?;
    Standstill::only_once(&mut world);
    let paid = engine.pay(token("room-before", &fresh_customer())).await?;
    assert_eq!(paid.state(), PaymentState::Succeeded);
    let customer = fresh_customer();
    lose_room(&engine, &standstill, room, &customer).await?;

    let mut asked = Vec::new();
    for number in 0..8 {
        let request = without_waiting(token(&format!("room-full-{number}"), &fresh_customer()));
        let refused = engine.refused(request.clone()).await?;
        let accepted = metadata_of(&refused).get("accepted").cloned();
        assert!(accepted.is_some(), "{refused:?}");
        if !may_be_accepted(&refused) {
            let posts =
                world.provider.pay_requests_for(TOKEN_AT_PROVIDER, &request.customer_number);
            assert_eq!(posts, 0);
        }
        asked.push(request);
    }
    // Read from memory or from the disk: what was told before is still so, and nothing more.
    assert_eq!(engine.get("room-before").await?, paid);
    let on_its_way = engine.get("room-on-its-way").await?;
    assert!(!ppob_api::is_final(&on_its_way), "{on_its_way:?}");

    room.give(&engine)?;
    let told = engine.wait_for("room-on-its-way", PaymentState::Succeeded).await?;
    assert_eq!(told.attempts.len(), 1);
    for request in asked {
        // The same id works later, whatever was said about it.
        let id = request.payment_id.clone();
        until(&format!("{id} is accepted"), async || {
            engine.create(request.clone()).await.map(drop).map_err(|status| status.to_string())
        })
        .await?;
        engine.wait_for(&id, PaymentState::Succeeded).await?;
    }
    engine.kill().await?;
    let engine = world.serve().await?;
    let payments = engine.payments().await?;
    assert_eq!(payments.len(), 10);
    let ledger = world.provider.ledger();
    assert_eq!(audit::disagreements(&ledger, &payments), Vec::<String>::new());
    for payment in &payments {
        let number = &payment.customer_number;
        assert_eq!(world.provider.pay_requests_for(TOKEN_AT_PROVIDER, number), 1);
    }
    let metrics = engine.metrics().await?;
    assert_eq!(metrics.sum("ppob_invariant_violations_total").unwrap_or(0), 0);
    assert_eq!(metrics.sum("ppob_task_panics_total").unwrap_or(0), 0);
    engine.kill().await
}

/// Begins a payment, and takes the room away while its answer is here and nowhere durable. Returns once it
/// could not be kept.
async fn lose_room(
    engine: &Engine,
    standstill: &Standstill,
    room: &impl Room,
    customer: &str,
) -> Result<()> {
    let call = engine.start_paying(without_waiting(token("room-on-its-way", customer))).await?;
    standstill.is_reached(engine).await?;
    room.take(engine)?;
    standstill.go_on(engine).await?;
    call.await??;
    until("its answer cannot be kept", async || {
        let metrics = engine.metrics().await.map_err(|problem| problem.to_string())?;
        let retries = metrics.sum("ppob_journal_retries_total").unwrap_or(0);
        if retries > 0 { Ok(()) } else { Err(metrics.text().to_owned()) }
    })
    .await
}

/// The engine dies before there is room again: what was on its way is in doubt, and never sent again.
async fn dies_without_room(mut world: World, room: &impl Room) -> Result<Payment> {
    let standstill = Standstill::at(&mut world, CrashPoint::AnswerReceived, 1);
    let engine = world.serve().await?;
    Standstill::only_once(&mut world);
    let customer = fresh_customer();
    lose_room(&engine, &standstill, room, &customer).await?;
    engine.kill().await?;
    let engine = world.serve().await?;
    let payment = engine.get("room-on-its-way").await?;
    assert_eq!(world.provider.pay_requests_for(TOKEN_AT_PROVIDER, &customer), 1);
    assert_eq!(world.provider.ledger().charges.len(), 1);
    engine.kill().await?;
    Ok(payment)
}

#[tokio::test(flavor = "multi_thread")]
async fn no_file_may_grow_for_a_while() -> Result<()> {
    let (world, _) = world(with_limits(PROGRAM)).await?;
    goes_on_with_room(world, &Limit).await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_engine_that_dies_on_a_full_disk_is_in_doubt_about_what_was_on_its_way() -> Result<()> {
    let (world, _) = world(with_limits(PROGRAM)).await?;
    let payment = dies_without_room(world, &Limit).await?;
    assert_eq!(payment.state(), PaymentState::InDoubt, "{payment:?}");
    assert_eq!(payment.doubt.map(|doubt| doubt.reason).as_deref(), Some("CRASHED"));
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_disk_is_full_for_a_while() -> Result<()> {
    let (mut world, directory) = world(Vec::new()).await?;
    let Some(program) = on_a_small_disk(PROGRAM, &directory, BYTES) else {
        eprintln!(
            "*** SKIPPED: a small disk. This user may mount nothing; the limit of files was tried."
        );
        return Ok(());
    };
    world.program = program;
    // A disk in memory is gone with its process, so there is no second life here.
    let standstill = Standstill::at(&mut world, CrashPoint::AnswerReceived, 1);
    let engine = world.serve().await?;
    let room = SmallDisk(directory);
    let customer = fresh_customer();
    lose_room(&engine, &standstill, &room, &customer).await?;
    let request = token("room-full-1", &fresh_customer());
    let refused = engine.refused(without_waiting(request.clone())).await?;
    assert!(metadata_of(&refused).contains_key("accepted"), "{refused:?}");
    assert!(!ppob_api::is_final(&engine.get("room-on-its-way").await?));
    room.give(&engine)?;
    engine.wait_for("room-on-its-way", PaymentState::Succeeded).await?;
    until("the same id is accepted", async || {
        engine.create(request.clone()).await.map(drop).map_err(|status| status.to_string())
    })
    .await?;
    engine.wait_for("room-full-1", PaymentState::Succeeded).await?;
    let (ledger, payments) = (world.provider.ledger(), engine.payments().await?);
    assert_eq!(audit::disagreements(&ledger, &payments), Vec::<String>::new());
    engine.kill().await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_directory_of_the_journal_goes_away_for_a_while() -> Result<()> {
    let (world, directory) = world(vec![PROGRAM.to_owned()]).await?;
    goes_on_with_room(world, &Elsewhere(directory)).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_journal_that_cannot_be_written_starts_nothing_and_says_so() -> Result<()> {
    let (mut world, directory) = world(vec![PROGRAM.to_owned()]).await?;
    world.serve().await?.stop().await?;
    let read_only = read_only(&directory)?;
    let Some(program) = read_only else {
        eprintln!(
            "*** SKIPPED: a journal that cannot be written. This user may write everything, and mount nothing."
        );
        return Ok(());
    };
    world.program = program;
    let refused = world.serve_in_vain().await?;
    assert_eq!(refused.code, Some(1), "{refused:?}");
    assert!(refused.stderr.contains("cannot be written"), "{}", refused.stderr);
    assert!(refused.stderr.contains("Nothing was started"), "{}", refused.stderr);
    Ok(())
}

/// Starts the program where it cannot write `directory`; none if there is no such place for this user.
fn read_only(directory: &Path) -> Result<Option<Vec<String>>> {
    let journal = directory.join("journal.sqlite");
    let mut rights = fs::metadata(&journal)?.permissions();
    rights.set_readonly(true);
    fs::set_permissions(&journal, rights)?;
    if fs::OpenOptions::new().write(true).open(&journal).is_err() {
        return Ok(Some(vec![PROGRAM.to_owned()]));
    }
    // Whoever may write everything is kept from it by the mount.
    let shown = directory.display();
    let script = format!("mount --bind -o ro '{shown}' '{shown}' && exec \"$0\" \"$@\"");
    let start = ["unshare", "--mount", "sh", "-c", &script].map(str::to_owned);
    let tried =
        std::process::Command::new("unshare").args(start.iter().skip(1)).arg("true").output();
    let can = tried.is_ok_and(|tried| tried.status.success());
    Ok(can.then(|| start.into_iter().chain([PROGRAM.to_owned()]).collect()))
}
