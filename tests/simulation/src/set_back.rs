//! Once in some worlds the record is set back to an earlier copy: a restored backup, or a disk that lied.
//!
//! What was told before may be told otherwise after it: that cannot be helped, and is why a restore freezes
//! every provider. What must hold all the same is the money: no send is forgotten, nothing is paid twice,
//! and what is told from then on is true.

use std::time::Duration;

use ppob_journal::{MemoryCopy, Restored};
use ppob_types::Clock;

use crate::fault::Fault;
use crate::host::Host;
use crate::random::Random;

/// When the record is copied, and what became of the copy.
#[derive(Debug, Default)]
pub(crate) enum SetBack {
    /// Nothing was copied yet.
    #[default]
    Planned,
    /// There is a copy to go back to.
    Copied(Box<MemoryCopy>),
    /// It happened.
    Done,
}

impl Host {
    /// Takes the next step towards setting the record back, at times. Whether a process was restarted.
    pub(crate) async fn may_set_back(&self, step: &mut SetBack, random: &mut Random) -> bool {
        if !self.stage.world.set_back || !random.permille(100) {
            return false;
        }
        match std::mem::replace(step, SetBack::Done) {
            SetBack::Done => false,
            SetBack::Planned => {
                self.stage.note(|| "the record is copied".to_owned());
                *step = SetBack::Copied(Box::new(self.disk().copy()));
                false
            }
            SetBack::Copied(copy) => {
                self.set_back(&copy, random).await;
                true
            }
        }
    }

    async fn set_back(&self, copy: &MemoryCopy, random: &mut Random) {
        self.stage.note(|| "the process dies, and the record is set back".to_owned());
        self.kill();
        tokio::time::sleep(random.millis(0, 8_000)).await;
        let now = self.stage.clock.now();
        let mark = Restored {
            taken_at: now.minus(Duration::from_mins(1)),
            restored_at: now,
            providers_frozen: false,
        };
        // A disk that lied leaves no mark, and nobody freezes anything.
        let restored = random.permille(500).then_some(mark);
        let disk = self.disk().restored_to_earlier(copy, restored.as_ref());
        self.replace_disk(disk);
        self.stage.count(Fault::SetBack);
        self.stage.record_was_set_back();
        self.start().await;
    }
}
