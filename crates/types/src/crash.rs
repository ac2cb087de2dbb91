//! Named moments at which a process may be made to die, so that tests can try each of them.
//!
//! Without the feature `crash-points` passing one is nothing, and the compiler removes it. No release
//! carries the feature.

#[cfg(feature = "crash-points")]
use std::sync::OnceLock;

/// A moment on either side of something durable, or of something that moves money.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum CrashPoint {
    /// A payment, maybe with its first intent, is about to be handed to the journal.
    BeforeAcceptance,
    /// The journal has acknowledged a payment; nobody was told.
    AfterAcceptance,
    /// A further intent is about to be handed to the journal.
    BeforeIntent,
    /// The journal has acknowledged a further intent; there is no permit yet.
    AfterIntent,
    /// There is a permit; it is not spent.
    PermitMinted,
    /// A permit is spent; there is no connection yet.
    PermitSpent,
    /// A connection to the provider stands; nothing was written.
    Connected,
    /// The head of the provider's answer is here, its body is not.
    AnswerBegun,
    /// The provider's answer is here, and nowhere durable.
    AnswerReceived,
    /// The journal has acknowledged what became of an attempt; nobody was told.
    AfterOutcome,
    /// The writes of a batch are applied, and not committed.
    BeforeCommit,
    /// A batch is committed, and not acknowledged.
    AfterCommit,
    /// The log is about to be moved into the database.
    BeforeCheckpoint,
    /// The log was moved into the database.
    AfterCheckpoint,
    /// A payment that an earlier process left open is about to be taken over.
    BeforeTakeOver,
    /// A payment that an earlier process left open was taken over.
    AfterTakeOver,
    /// A step of the schema is applied, and not committed.
    BeforeMigration,
    /// A step of the schema is committed.
    AfterMigration,
    /// A backup is copied, and not checked.
    BackupCopied,
    /// A backup is whole, and has not its name yet.
    BackupChecked,
    /// What a restore puts in a journal's place is whole; the journal is where it was.
    RestoreCopied,
    /// The journal was moved aside; nothing stands in its place.
    RestoreMovedAside,
    /// The restored journal stands in its place, and was not read back.
    RestoreRenamed,
    /// A new data key is kept, and nothing is sealed with it.
    RotationBegun,
    /// Some values are sealed anew.
    RotationOnItsWay,
}

impl CrashPoint {
    /// Every point.
    pub const ALL: [Self; 25] = [
        Self::BeforeAcceptance,
        Self::AfterAcceptance,
        Self::BeforeIntent,
        Self::AfterIntent,
        Self::PermitMinted,
        Self::PermitSpent,
        Self::Connected,
        Self::AnswerBegun,
        Self::AnswerReceived,
        Self::AfterOutcome,
        Self::BeforeCommit,
        Self::AfterCommit,
        Self::BeforeCheckpoint,
        Self::AfterCheckpoint,
        Self::BeforeTakeOver,
        Self::AfterTakeOver,
        Self::BeforeMigration,
        Self::AfterMigration,
        Self::BackupCopied,
        Self::BackupChecked,
        Self::RestoreCopied,
        Self::RestoreMovedAside,
        Self::RestoreRenamed,
        Self::RotationBegun,
        Self::RotationOnItsWay,
    ];

    /// Its name, such as `after-intent`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::BeforeAcceptance => "before-acceptance",
            Self::AfterAcceptance => "after-acceptance",
            Self::BeforeIntent => "before-intent",
            Self::AfterIntent => "after-intent",
            Self::PermitMinted => "permit-minted",
            Self::PermitSpent => "permit-spent",
            Self::Connected => "connected",
            Self::AnswerBegun => "answer-begun",
            Self::AnswerReceived => "answer-received",
            Self::AfterOutcome => "after-outcome",
            Self::BeforeCommit => "before-commit",
            Self::AfterCommit => "after-commit",
            Self::BeforeCheckpoint => "before-checkpoint",
            Self::AfterCheckpoint => "after-checkpoint",
            Self::BeforeTakeOver => "before-take-over",
            Self::AfterTakeOver => "after-take-over",
            Self::BeforeMigration => "before-migration",
            Self::AfterMigration => "after-migration",
            Self::BackupCopied => "backup-copied",
            Self::BackupChecked => "backup-checked",
            Self::RestoreCopied => "restore-copied",
            Self::RestoreMovedAside => "restore-moved-aside",
            Self::RestoreRenamed => "restore-renamed",
            Self::RotationBegun => "rotation-begun",
            Self::RotationOnItsWay => "rotation-on-its-way",
        }
    }

    /// The point of this name.
    pub fn of(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|point| point.as_str() == name)
    }
}

#[cfg(feature = "crash-points")]
static WATCHER: OnceLock<fn(CrashPoint)> = OnceLock::new();

/// Says that `point` is being passed. Nothing at all without the feature `crash-points`.
#[inline]
pub fn crash_point(point: CrashPoint) {
    #[cfg(feature = "crash-points")]
    if let Some(watcher) = WATCHER.get() {
        watcher(point);
    }
    #[cfg(not(feature = "crash-points"))]
    {
        let _ = point;
    }
}

/// Calls `watcher` whenever a point is passed, on the thread that passes it. The first one stays.
#[cfg(feature = "crash-points")]
pub fn watch_crash_points(watcher: fn(CrashPoint)) {
    let _first_stays = WATCHER.set(watcher);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_point_is_found_by_its_name_and_no_two_have_one() {
        for point in CrashPoint::ALL {
            assert_eq!(CrashPoint::of(point.as_str()), Some(point));
        }
        assert_eq!(CrashPoint::of("never"), None);
    }
}
