//! What operators write down.

use ppob_journal::{AuditSubject, Dossier, Note, Who};
use ppob_types::{PaymentKey, Sensitive};

use super::audit::Deed;
use super::{TEXT, require, require_who};
use crate::{Engine, OperateError, QueryError};

/// Something to write down about a payment.
#[derive(Clone, Debug)]
pub struct NewNote {
    /// About which payment.
    pub key: PaymentKey,
    /// What.
    pub text: Sensitive,
    /// Who.
    pub who: Who,
}

impl Engine {
    /// Writes something down about a payment.
    ///
    /// # Errors
    /// [`OperateError`]; after `JournalUnavailable` it may stand there all the same.
    pub async fn add_note(&self, note: NewNote) -> Result<Note, OperateError> {
        require_who(&note.who)?;
        let problem = "say what to write down, in at most 2000 characters";
        require(note.text.expose(), TEXT, "text", problem)?;
        let NewNote { key, text, who } = note;
        let note = Note { key, who, text, at: self.inner.now() };
        let entry = Deed {
            who: &note.who,
            action: "AddNote",
            subject: AuditSubject::Payment(&note.key),
            reason: "",
            before: String::new(),
            after: "a note".to_owned(),
        };
        let entry = entry.entry(note.at);
        match self.inner.journal.add_note(note.clone(), entry).await {
            Ok(true) => Ok(note),
            Ok(false) => Err(OperateError::NoSuchPayment),
            Err(_) => Err(OperateError::JournalUnavailable),
        }
    }

    /// What operators added to a payment.
    ///
    /// # Errors
    /// [`QueryError::JournalUnavailable`].
    pub async fn dossier(&self, key: &PaymentKey) -> Result<Dossier, QueryError> {
        let dossier = self.inner.journal.dossier(key).await;
        dossier.map_err(|_| QueryError::JournalUnavailable)
    }
}
