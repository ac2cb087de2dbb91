//! Deaths in the midst of what is done to a journal besides paying.

use std::fs;
use std::path::PathBuf;

use ppob_api::v1::{Payment, PaymentState};
use ppob_crash::arm::{AT, MARK};
use ppob_e2e::process::Ended;
use ppob_e2e::request::{fresh_customer, token};
use ppob_e2e::{Engine, Result, World, audit};
use ppob_types::CrashPoint;

use crate::PROGRAM;

struct Upkeep {
    world: World,
    mark: PathBuf,
}

impl Upkeep {
    async fn new() -> Result<Self> {
        let mut world = World::new().await?;
        world.program = vec![PROGRAM.to_owned()];
        let mark = world.directory().join("died-at");
        world.environment.push((MARK, mark.display().to_string()));
        Ok(Self { world, mark })
    }

    /// Runs a command that dies at its `times`th passing of `point`. Whether it died there.
    async fn dies(&mut self, point: CrashPoint, times: u32, command: &[&str]) -> Result<bool> {
        let _there_or_not = fs::remove_file(&self.mark);
        self.world.environment.push((AT, format!("{}:{times}", point.as_str())));
        let ended = self.run(command).await;
        self.world.environment.retain(|(name, _)| *name != AT);
        let ended = ended?;
        let died = self.mark.exists();
        assert_eq!(ended.code.is_none(), died, "{point:?}: {ended:?}");
        Ok(died)
    }

    async fn run(&self, command: &[&str]) -> Result<Ended> {
        let config = self.world.write_config()?;
        self.world.run(&[command, &["--config", &config]].concat()).await
    }

    async fn three_payments(&self, engine: &Engine, name: &str) -> Result<Vec<Payment>> {
        let mut paid = Vec::new();
        for number in 0..3 {
            let request = token(&format!("{name}-{number:04}"), &fresh_customer());
            let payment = engine.pay(request).await?;
            assert_eq!(payment.state(), PaymentState::Succeeded, "{payment:?}");
            paid.push(payment);
        }
        Ok(paid)
    }

    fn path(&self, name: &str) -> String {
        self.world.directory().join(name).display().to_string()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_death_at_any_step_of_the_schema_is_finished_by_the_next_start() -> Result<()> {
    /// There are at least so many.
    const STEPS: u32 = 5;
    for point in [CrashPoint::BeforeMigration, CrashPoint::AfterMigration] {
        for step in 1..=STEPS {
            let mut upkeep = Upkeep::new().await?;
            assert!(upkeep.dies(point, step, &["serve"]).await?, "{point:?} {step}");
            // Then it dies at the first step that is left, if there is one.
            let again = point == CrashPoint::BeforeMigration;
            assert!(!again || upkeep.dies(point, 1, &["serve"]).await?, "{point:?} {step}");
            let engine = upkeep.world.serve().await?;
            upkeep.three_payments(&engine, "migrated").await?;
            engine.kill().await?;
            let engine = upkeep.world.serve().await?;
            assert_eq!(engine.payments().await?.len(), 3);
            engine.kill().await?;
        }
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_that_dies_leaves_no_backup_and_the_engine_working() -> Result<()> {
    let mut upkeep = Upkeep::new().await?;
    let engine = upkeep.world.serve().await?;
    upkeep.three_payments(&engine, "before").await?;
    let to = upkeep.path("backup");
    for point in [CrashPoint::BackupCopied, CrashPoint::BackupChecked] {
        assert!(upkeep.dies(point, 1, &["backup", &to]).await?, "{point:?}");
        assert!(!PathBuf::from(&to).exists(), "{point:?} left a backup");
        upkeep.three_payments(&engine, point.as_str()).await?;
    }
    let taken = upkeep.run(&["backup", &to]).await?;
    assert_eq!(taken.code, Some(0), "{taken:?}");
    let payments = engine.payments().await?;
    let ledger = upkeep.world.provider.ledger();
    assert_eq!(audit::disagreements(&ledger, &payments), Vec::<String>::new());
    engine.kill().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restore_that_dies_starts_no_engine_on_half_of_it_and_is_finished_by_another()
-> Result<()> {
    let points =
        [CrashPoint::RestoreCopied, CrashPoint::RestoreMovedAside, CrashPoint::RestoreRenamed];
    for point in points {
        let mut upkeep = Upkeep::new().await?;
        let engine = upkeep.world.serve().await?;
        upkeep.three_payments(&engine, "before").await?;
        let backup = upkeep.path("backup");
        assert_eq!(upkeep.run(&["backup", &backup]).await?.code, Some(0));
        let lost = upkeep.three_payments(&engine, "after").await?;
        engine.stop().await?;
        let restore = ["restore", backup.as_str(), "--replace"];
        assert!(upkeep.dies(point, 1, &restore).await?, "{point:?}");
        if point != CrashPoint::RestoreRenamed {
            let refused = upkeep.world.serve_in_vain().await?;
            assert_eq!(refused.code, Some(1), "{point:?}: {refused:?}");
            assert!(refused.stderr.contains("is not finished"), "{}", refused.stderr);
            assert_eq!(upkeep.run(&restore).await?.code, Some(0), "{point:?}");
        }
        let engine = upkeep.world.serve_without_prices().await?;
        assert_eq!(engine.payments().await?.len(), 6, "{point:?}");
        // The backup has forgotten these, the send journal has not: they are in doubt, and not paid again.
        for payment in &lost {
            let again = token(&payment.payment_id, &payment.customer_number);
            let tried = engine.create(again).await;
            let state = tried.ok().and_then(|answer| answer.payment).map(|one| one.state());
            assert_eq!(state, Some(PaymentState::InDoubt), "{point:?}");
        }
        assert_eq!(upkeep.world.provider.ledger().charges.len(), 6, "{point:?}");
        let names = fs::read_dir(upkeep.world.directory())?;
        let kept = names.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
        let kept = kept.filter(|name| name.starts_with("journal.sqlite.before-")).count();
        assert!(kept >= 1, "{point:?}: what was there before is gone");
        engine.kill().await?;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rotation_of_keys_that_dies_is_gone_on_with_and_nothing_becomes_unreadable() -> Result<()>
{
    let mut upkeep = Upkeep::new().await?;
    let engine = upkeep.world.serve().await?;
    let paid = upkeep.three_payments(&engine, "sealed").await?;
    engine.stop().await?;
    let rotate = ["key", "rotate"];
    for (point, times) in [(CrashPoint::RotationBegun, 1), (CrashPoint::RotationOnItsWay, 2)] {
        assert!(upkeep.dies(point, times, &rotate).await?, "{point:?}");
        let engine = upkeep.world.serve().await?;
        for payment in &paid {
            assert_eq!(engine.get(&payment.payment_id).await?, *payment, "{point:?}");
        }
        engine.stop().await?;
    }
    let rotated = upkeep.run(&rotate).await?;
    assert_eq!(rotated.code, Some(0), "{rotated:?}");
    let engine = upkeep.world.serve().await?;
    for payment in &paid {
        assert_eq!(engine.get(&payment.payment_id).await?, *payment);
    }
    engine.kill().await
}
