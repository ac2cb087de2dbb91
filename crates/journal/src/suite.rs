//! The behaviour suite that every backend passes.
//!
//! A backend implements [`Backend`] and calls [`journal_suite!`](crate::journal_suite) in its tests:
//! each case becomes one test of its own.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a behaviour suite fails by panicking; it is compiled for tests only"
)]

mod acceptance;
mod builders;
mod changes;
mod events;
mod full;
mod guards;
mod lifetime;
mod listing;
mod operators;
mod records;
mod retention;
mod rules;
mod sends;
mod spending;

use std::fmt::Debug;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use ppob_types::Timestamp;

pub use self::acceptance::*;
pub use self::changes::*;
pub use self::events::*;
pub use self::full::{Everything, everything, fill};
pub use self::guards::*;
pub use self::lifetime::*;
pub use self::listing::*;
pub use self::operators::*;
pub use self::records::*;
pub use self::retention::*;
pub use self::rules::*;
pub use self::sends::*;
pub use self::spending::*;
use crate::{Journal, MemoryCopy, MemoryJournal, Restored};

/// A store of its own for one case of the suite.
#[async_trait]
pub trait Backend: Send + Sync + Debug {
    /// Opens the store: empty the first time, later with what it holds. The suite closes one opening
    /// before it asks for the next.
    async fn open(&self) -> Arc<dyn Journal>;

    /// Takes a copy of the store, of which no opening is open.
    async fn copy(&self);

    /// Puts the copy in the place of the store, of which no opening is open, as a restore does at `now`.
    /// The send journal stays.
    async fn put_back(&self, now: Timestamp);
}

/// The journal in memory as a [`Backend`].
#[derive(Debug, Default)]
pub struct MemoryBackend {
    journal: MemoryJournal,
    copy: Mutex<Option<MemoryCopy>>,
}

#[async_trait]
impl Backend for MemoryBackend {
    async fn open(&self) -> Arc<dyn Journal> {
        Arc::new(self.journal.reopen())
    }

    async fn copy(&self) {
        *self.copy.lock().unwrap_or_else(PoisonError::into_inner) = Some(self.journal.copy());
    }

    async fn put_back(&self, now: Timestamp) {
        let copy = self.copy.lock().unwrap_or_else(PoisonError::into_inner).clone().unwrap();
        let restored = Restored { taken_at: now, restored_at: now, providers_frozen: false };
        let _ = self.journal.restored_to_earlier(&copy, Some(&restored));
    }
}

/// Makes one `#[tokio::test]` of each case; `$backend` makes a fresh [`Backend`] each time.
#[macro_export]
macro_rules! journal_suite {
    (@cases $backend:expr; $($case:ident)*) => {
        $(
            #[tokio::test]
            async fn $case() {
                let backend = $backend;
                $crate::suite::$case(&backend).await;
            }
        )*
    };
    ($backend:expr) => {
        $crate::journal_suite! { @cases $backend;
            the_same_id_with_the_same_fingerprint_is_the_same_payment
            the_same_id_with_another_fingerprint_is_a_conflict
            the_same_id_of_another_consumer_is_another_payment
            of_two_hundred_concurrent_acceptances_of_one_id_one_is_accepted
            an_acceptance_may_carry_its_first_attempt
            a_buried_id_never_becomes_a_payment
            burying_a_payment_that_exists_returns_it_and_changes_nothing
            a_refused_acceptance_writes_nothing
            a_serial_is_used_once
            the_guard_refuses_a_second_open_payment_also_of_another_consumer
            of_many_concurrent_acceptances_for_one_customer_one_is_accepted
            the_guard_is_free_after_a_failure
            after_a_success_within_the_window_the_repeat_must_be_the_next
            after_the_window_the_repeat_starts_again_at_zero
            a_payment_after_the_window_that_fails_opens_it_for_nobody_before
            news_about_an_old_success_does_not_reopen_its_window
            only_the_named_holder_is_displaced_and_only_by_its_owner
            a_holder_that_has_ended_is_not_displaced
            a_displaced_payment_that_ends_leaves_the_newer_guard_alone
            a_displaced_payment_that_succeeds_later_counts_as_a_success
            a_guard_given_back_returns_to_the_payment_still_in_doubt
            after_a_success_the_guard_returns_to_the_payment_still_in_doubt
            a_guard_given_back_goes_to_the_newest_of_the_payments_still_open
            fifty_acceptances_at_once_do_not_pass_a_limit_by_one_rupiah
            the_end_of_a_payment_corrects_what_it_counts
            a_payment_in_doubt_goes_on_counting
            a_new_day_and_another_consumer_begin_at_nothing
            what_a_day_counts_survives_an_opening_and_a_stale_change
            the_time_of_a_success_is_told_to_its_own_consumer_only
            a_change_is_stored_and_raises_the_version_by_one
            a_change_from_a_stale_version_writes_nothing
            of_sixty_racing_changes_from_one_version_exactly_one_is_done
            a_change_of_a_payment_that_does_not_exist_is_stale
            changes_and_acceptances_that_wait_together_all_get_their_own_answer
            a_second_live_attempt_is_refused_by_the_store
            a_new_attempt_after_a_dead_one_is_stored
            a_success_never_becomes_anything_but_reversed
            a_failure_stays_a_failure
            the_money_of_a_success_does_not_change
            an_attempt_that_ended_keeps_its_outcome
            an_attempt_does_not_disappear
            an_attempt_is_not_replaced_by_another
            a_payment_does_not_fail_while_an_attempt_is_alive
            one_provider_reference_settles_one_payment
            a_reference_found_late_settles_too
            a_change_whose_reference_is_taken_writes_nothing_at_all
            each_change_writes_exactly_one_event
            events_of_one_consumer_hide_those_of_others
            paging_through_events_while_writers_run_misses_none
            due_payments_come_earliest_first_and_also_when_they_await_a_token
            open_payments_are_paged_oldest_first
            payments_of_a_provider_are_paged_by_when_their_attempts_began
            a_list_is_filtered_by_every_field
            a_list_is_paged_by_serial_newest_first
            a_payment_is_found_by_its_serial_and_by_the_reference_that_it_settles
            an_inquiry_is_invisible_to_another_consumer
            a_document_replaces_the_one_before
            unlisted_replies_are_counted_with_their_change
            the_audit_trail_is_kept_latest_first
            what_is_stripped_is_gone_and_everything_else_stays
            an_open_payment_and_one_that_awaits_its_token_keep_everything
            what_is_gone_does_not_come_back
            a_payment_that_has_changed_is_not_stripped
            an_erased_payment_is_still_the_payment_of_its_id_and_content
            what_operators_wrote_is_erased_with_the_payment
            an_unlisted_reply_goes_with_the_last_payment_that_brought_it
            payments_of_a_customer_are_found_over_products_and_consumers
            only_old_payments_that_keep_more_are_strippable
            an_erased_success_is_forgotten_and_a_later_one_is_not
            inquiries_are_forgotten_by_customer_and_by_age
            a_change_does_not_bring_back_what_another_reading_kept
            the_audit_trail_is_filtered_by_every_field
            a_document_is_saved_with_what_was_done_to_it
            a_note_is_kept_with_its_payment
            a_deposit_is_recorded_once
            no_attempt_is_called_not_executed_without_two_persons
            two_names_in_one_call_agree_only_where_nothing_is_proven
            one_proposal_is_open_per_attempt
            an_ended_proposal_has_no_effect
            a_charge_found_late_is_listed_until_somebody_has_written_about_it
            a_send_that_an_older_copy_has_forgotten_is_in_doubt_again_and_its_payment_id_is_not_paid_again
            a_forgotten_attempt_of_a_payment_that_the_copy_knows_is_in_doubt_again
            a_forgotten_attempt_after_a_dead_one_brings_both_back
            a_forgotten_send_whose_guard_another_holds_is_in_doubt_beside_it
            what_was_sent_and_is_known_is_not_remembered_twice
            numbers_and_time_go_on_after_what_an_older_copy_has_forgotten
            serials_never_repeat_across_openings
            the_recorded_time_never_goes_back
            a_reopened_journal_holds_every_acknowledged_write
            a_closed_journal_answers_unavailable
            long_and_foreign_text_comes_back_unchanged
        }
    };
}
