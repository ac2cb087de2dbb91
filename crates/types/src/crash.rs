//! Named moments at which a process may be made to die, so that tests can try each of them.
//!
//! Without the feature `crash-points` passing one is nothing, and the compiler removes it. No release
//! carries the feature.

#[cfg(feature = "crash-points")]
use std::sync::OnceLock;

macro_rules! points {
    ($($(#[$doc:meta])* $name:ident = $text:literal;)*) => {
        /// A moment on either side of something durable, or of something that moves money.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum CrashPoint {
            $($(#[$doc])* $name,)*
        }

        impl CrashPoint {
            /// Every point.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// Its name, such as `after-intent`.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => $text,)*
                }
            }
        }
    };
}

points! {
    /// Nothing is reserved at a provider yet.
    BeforeReserve = "before-reserve";
    /// Room is reserved, and no intent is written.
    AfterReserve = "after-reserve";
    /// A payment, maybe with its first intent, is about to be handed to the journal.
    BeforeAcceptance = "before-acceptance";
    /// The journal has acknowledged a payment; nobody was told.
    AfterAcceptance = "after-acceptance";
    /// A further intent is about to be handed to the journal.
    BeforeIntent = "before-intent";
    /// An intent is durable; there is no permit yet.
    AfterIntent = "after-intent";
    /// There is a permit; it is not spent.
    PermitMinted = "permit-minted";
    /// A permit is spent; there is no connection yet.
    PermitSpent = "permit-spent";
    /// A connection to the provider stands; nothing was written.
    Connected = "connected";
    /// The head of the provider's answer is here, its body is not.
    AnswerBegun = "answer-begun";
    /// The provider's answer is here, and nowhere durable.
    AnswerReceived = "answer-received";
    /// The journal has acknowledged what became of an attempt; nobody was told.
    AfterOutcome = "after-outcome";
    /// A payment is about to be given up.
    BeforeGiveUp = "before-give-up";
    /// A status check was answered, and nothing of it is durable.
    AfterStatus = "after-status";
    /// A callback was verified, and nothing of it is durable.
    InCallback = "in-callback";
    /// A person's verdict is about to be handed to the journal.
    InVerdict = "in-verdict";
    /// The writes of a batch are applied, and not committed.
    BeforeCommit = "before-commit";
    /// A batch is committed, and not acknowledged.
    AfterCommit = "after-commit";
    /// The log is about to be moved into the database.
    BeforeCheckpoint = "before-checkpoint";
    /// The log was moved into the database.
    AfterCheckpoint = "after-checkpoint";
    /// A payment that an earlier process left open is about to be taken over.
    BeforeTakeOver = "before-take-over";
    /// A payment that an earlier process left open was taken over.
    AfterTakeOver = "after-take-over";
    /// A step of the schema is applied, and not committed.
    BeforeMigration = "before-migration";
    /// A step of the schema is committed.
    AfterMigration = "after-migration";
    /// A backup is copied, and not checked.
    BackupCopied = "backup-copied";
    /// A backup is whole, and has not its name yet.
    BackupChecked = "backup-checked";
    /// What a restore puts in a journal's place is whole; the journal is where it was.
    RestoreCopied = "restore-copied";
    /// The journal was moved aside; nothing stands in its place.
    RestoreMovedAside = "restore-moved-aside";
    /// The restored journal stands in its place, and was not read back.
    RestoreRenamed = "restore-renamed";
    /// A new data key is kept, and nothing is sealed with it.
    RotationBegun = "rotation-begun";
    /// Some values are sealed anew.
    RotationOnItsWay = "rotation-on-its-way";
}

impl CrashPoint {
    /// The point of this name.
    pub fn of(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|point| point.as_str() == name)
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
            assert_eq!(CrashPoint::of(point.as_str()), Some(*point));
        }
        assert_eq!(CrashPoint::of("never"), None);
    }
}
