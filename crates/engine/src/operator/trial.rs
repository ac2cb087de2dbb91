//! Answers that are on no list, and what a new pattern would make of stored ones.

use std::collections::BTreeMap;

use ppob_journal::{Filter, Page, UnlistedReply};
use ppob_payment::{AttemptState, PaymentState};
use ppob_provider::TrialError;
use ppob_types::{PaymentKey, ProviderName, UnknownCause};

use crate::{Engine, OperateError, QueryError};

/// On how many stored answers a pattern is tried.
const TRIED: usize = 2_000;
/// How many payments are looked through for them.
const LOOKED_AT: usize = 50_000;
/// How many attempts a trial names.
const NAMED: usize = 100;
/// How many payments in doubt are looked through for unlisted answers.
const DOUBTS: usize = 10_000;

const PAGE: usize = 500;

/// An answer that is on no list, and what depends on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnlistedStanding {
    /// The answer.
    pub reply: UnlistedReply,
    /// Payments that are in doubt after it.
    pub in_doubt: u32,
    /// The oldest of them.
    pub example: Option<PaymentKey>,
}

/// What a pattern would have made of stored answers. Nothing was changed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TrialResult {
    /// On how many answers it was tried.
    pub tried: usize,
    /// How many of them it matches.
    pub matched: usize,
    /// The attempts whose answers it matches, newest first; not all of them if there are many.
    pub matches: Vec<TrialMatch>,
}

/// An attempt whose stored answer a pattern matches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrialMatch {
    /// Its payment.
    pub key: PaymentKey,
    /// Its number.
    pub attempt: u32,
    /// Where it stands.
    pub state: AttemptState,
}

impl Engine {
    /// Replies that are on no list, most frequent first.
    ///
    /// # Errors
    /// [`QueryError::JournalUnavailable`].
    pub async fn unlisted_replies(
        &self,
        provider: Option<&ProviderName>,
        limit: usize,
    ) -> Result<Vec<UnlistedStanding>, QueryError> {
        let replies = self.inner.journal.unlisted_replies(provider, limit).await;
        let replies = replies.map_err(|_| QueryError::JournalUnavailable)?;
        let mut doubts = if replies.is_empty() { BTreeMap::new() } else { self.doubts().await? };
        Ok(replies
            .into_iter()
            .map(|reply| {
                let known = doubts.remove(&(reply.provider.clone(), reply.text.clone()));
                let (in_doubt, example) = known.unwrap_or_default();
                UnlistedStanding { reply, in_doubt, example }
            })
            .collect())
    }

    /// How many payments are in doubt after each unlisted answer, and the oldest of them.
    async fn doubts(&self) -> Result<Doubts, QueryError> {
        let filter = Filter { states: vec![PaymentState::InDoubt], ..Filter::default() };
        let page = Page { before_serial: None, limit: DOUBTS };
        let mut doubts = Doubts::new();
        for stored in self.list_payments(&filter, page).await? {
            let unknown = |state: &AttemptState| matches!(state, AttemptState::Unknown(_));
            let attempts = stored.payment.attempts.iter().filter(|attempt| unknown(&attempt.state));
            for attempt in attempts {
                let Some(text) = &attempt.observed.unlisted else { continue };
                let place = (attempt.provider.clone(), text.clone());
                let (count, example) = doubts.entry(place).or_default();
                *count = count.saturating_add(1);
                // They come newest first.
                *example = Some(stored.key.clone());
            }
        }
        Ok(doubts)
    }

    /// Tries a pattern for refusals on the latest answers of a provider to calls that pay, exactly as
    /// the provider would use it.
    ///
    /// # Errors
    /// [`OperateError::PatternRefused`] with the provider's own sentence.
    pub async fn try_pattern(
        &self,
        provider: &ProviderName,
        pattern: &str,
    ) -> Result<TrialResult, OperateError> {
        let setup = self.inner.providers.get(provider).ok_or(OperateError::NoSuchProvider)?;
        let trial = setup.guarded.provider.try_refusal(pattern).map_err(|error| match error {
            TrialError::Unsupported | TrialError::Refused(_) => {
                OperateError::PatternRefused(error.to_string())
            }
        })?;
        let mut result = TrialResult::default();
        let mut before_serial = None;
        let mut looked_at = 0;
        while result.tried < TRIED && looked_at < LOOKED_AT {
            let page = Page { before_serial, limit: PAGE };
            let listed = self.inner.journal.list(&Filter::default(), page).await;
            let listed = listed.map_err(|_| OperateError::JournalUnavailable)?;
            looked_at += listed.len();
            let Some(last) = listed.last() else { break };
            before_serial = Some(last.serial);
            for stored in &listed {
                for attempt in stored.payment.attempts.iter().rev() {
                    // Of these it is known that the answer was not even read so far.
                    let unread = attempt.state == AttemptState::Unknown(UnknownCause::HttpStatus);
                    let mine = attempt.provider == *provider && !unread && result.tried < TRIED;
                    let Some(answer) = attempt.raw_answer_to_pay().filter(|_| mine) else {
                        continue;
                    };
                    result.tried += 1;
                    if !trial.refuses(answer) {
                        continue;
                    }
                    result.matched += 1;
                    if result.matches.len() < NAMED {
                        result.matches.push(TrialMatch {
                            key: stored.key.clone(),
                            attempt: attempt.number,
                            state: attempt.state.clone(),
                        });
                    }
                }
            }
            // Patterns take time; others go on in between.
            tokio::task::yield_now().await;
        }
        Ok(result)
    }
}

type Doubts = BTreeMap<(ProviderName, String), (u32, Option<PaymentKey>)>;
