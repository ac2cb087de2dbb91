//! Every statement, by the name of its file.

pub(crate) const ACCEPT_LOOKUP: &str = include_str!("sql/accept_lookup.sql");
pub(crate) const ATTEMPT_INSERT: &str = include_str!("sql/attempt_insert.sql");
pub(crate) const ATTEMPT_KNOWN: &str = include_str!("sql/attempt_known.sql");
pub(crate) const ATTEMPT_UPDATE: &str = include_str!("sql/attempt_update.sql");
pub(crate) const AUDIT_INSERT: &str = include_str!("sql/audit_insert.sql");
pub(crate) const BURY: &str = include_str!("sql/bury.sql");
pub(crate) const CHAIN_EVENTS: &str = include_str!("sql/chain_events.sql");
pub(crate) const CHAIN_FACTS: &str = include_str!("sql/chain_facts.sql");
pub(crate) const CHAIN_HEAD: &str = include_str!("sql/chain_head.sql");
pub(crate) const CHAIN_INSERT: &str = include_str!("sql/chain_insert.sql");
pub(crate) const DEPOSITS: &str = include_str!("sql/deposits.sql");
pub(crate) const DEPOSIT_GET: &str = include_str!("sql/deposit_get.sql");
pub(crate) const DEPOSIT_INSERT: &str = include_str!("sql/deposit_insert.sql");
pub(crate) const DOCUMENT_GET: &str = include_str!("sql/document_get.sql");
pub(crate) const DOCUMENT_PUT: &str = include_str!("sql/document_put.sql");
pub(crate) const DUE: &str = include_str!("sql/due.sql");
pub(crate) const EVENTS_OF_ALL: &str = include_str!("sql/events_of_all.sql");
pub(crate) const EVENTS_OF_CONSUMER: &str = include_str!("sql/events_of_consumer.sql");
pub(crate) const EVENT_INSERT: &str = include_str!("sql/event_insert.sql");
pub(crate) const GUARD_GIVE_BACK: &str = include_str!("sql/guard_give_back.sql");
pub(crate) const GUARD_RELEASE: &str = include_str!("sql/guard_release.sql");
pub(crate) const GUARD_TAKE: &str = include_str!("sql/guard_take.sql");
pub(crate) const GUARD_TAKE_IF_FREE: &str = include_str!("sql/guard_take_if_free.sql");
pub(crate) const INQUIRY_FORGET: &str = include_str!("sql/inquiry_forget.sql");
pub(crate) const INQUIRY_FORGET_CUSTOMER: &str = include_str!("sql/inquiry_forget_customer.sql");
pub(crate) const INQUIRY_FORGET_EXPIRED: &str = include_str!("sql/inquiry_forget_expired.sql");
pub(crate) const INQUIRY_GET: &str = include_str!("sql/inquiry_get.sql");
pub(crate) const INQUIRY_PUT: &str = include_str!("sql/inquiry_put.sql");
pub(crate) const LATEST_CURSOR: &str = include_str!("sql/latest_cursor.sql");
pub(crate) const LATE_CHARGES: &str = include_str!("sql/late_charges.sql");
pub(crate) const LATE_CHARGE_PUT: &str = include_str!("sql/late_charge_put.sql");
pub(crate) const META_ADD: &str = include_str!("sql/meta_add.sql");
pub(crate) const META_GET: &str = include_str!("sql/meta_get.sql");
pub(crate) const META_RAISE: &str = include_str!("sql/meta_raise.sql");
pub(crate) const NEXT_DUE: &str = include_str!("sql/next_due.sql");
pub(crate) const NOTES_OF_PAYMENT: &str = include_str!("sql/notes_of_payment.sql");
pub(crate) const NOTE_ERASE: &str = include_str!("sql/note_erase.sql");
pub(crate) const NOTE_INSERT: &str = include_str!("sql/note_insert.sql");
pub(crate) const OPEN_PAYMENTS: &str = include_str!("sql/open_payments.sql");
pub(crate) const PAYMENTS_OF: &str = include_str!("sql/payments_of.sql");
pub(crate) const PAYMENT_BY_KEY: &str = include_str!("sql/payment_by_key.sql");
pub(crate) const PAYMENT_BY_REFERENCE: &str = include_str!("sql/payment_by_reference.sql");
pub(crate) const PAYMENT_BY_SERIAL: &str = include_str!("sql/payment_by_serial.sql");
pub(crate) const PAYMENT_CURRENT: &str = include_str!("sql/payment_current.sql");
pub(crate) const PAYMENT_INSERT: &str = include_str!("sql/payment_insert.sql");
pub(crate) const PAYMENT_KEY: &str = include_str!("sql/payment_key.sql");
pub(crate) const PAYMENT_UPDATE: &str = include_str!("sql/payment_update.sql");
pub(crate) const PROPOSALS_OF_PAYMENT: &str = include_str!("sql/proposals_of_payment.sql");
pub(crate) const PAYMENTS_OF_PROVIDER: &str = include_str!("sql/payments_of_provider.sql");
pub(crate) const PROPOSAL_CONFIRM: &str = include_str!("sql/proposal_confirm.sql");
pub(crate) const PROPOSAL_ERASE: &str = include_str!("sql/proposal_erase.sql");
pub(crate) const PROPOSAL_INSERT: &str = include_str!("sql/proposal_insert.sql");
pub(crate) const PROPOSAL_SUBJECT: &str = include_str!("sql/proposal_subject.sql");
pub(crate) const PROPOSAL_WITHDRAW: &str = include_str!("sql/proposal_withdraw.sql");
pub(crate) const REFERENCE_OWNER: &str = include_str!("sql/reference_owner.sql");
pub(crate) const RESTORE_INSERT: &str = include_str!("sql/restore_insert.sql");
pub(crate) const SEALED_KEYS: &str = include_str!("sql/sealed_keys.sql");
pub(crate) const SEALED_KEY_PUT: &str = include_str!("sql/sealed_key_put.sql");
pub(crate) const SENDS_COVER: &str = include_str!("sql/sends_cover.sql");
pub(crate) const SENDS_COVERED: &str = include_str!("sql/sends_covered.sql");
pub(crate) const SERIAL_TAKEN: &str = include_str!("sql/serial_taken.sql");
pub(crate) const SPEND_CORRECT: &str = include_str!("sql/spend_correct.sql");
pub(crate) const SPEND_GET: &str = include_str!("sql/spend_get.sql");
pub(crate) const SPEND_TAKE: &str = include_str!("sql/spend_take.sql");
pub(crate) const STRIPPABLE: &str = include_str!("sql/strippable.sql");
pub(crate) const STRIP_PERSONAL: &str = include_str!("sql/strip_personal.sql");
pub(crate) const STRIP_RAW: &str = include_str!("sql/strip_raw.sql");
pub(crate) const SUCCESS_FORGET_UNTIL: &str = include_str!("sql/success_forget_until.sql");
pub(crate) const SUCCESS_PUT: &str = include_str!("sql/success_put.sql");
pub(crate) const UNLISTED_COUNT: &str = include_str!("sql/unlisted_count.sql");
pub(crate) const UNLISTED_DISCOUNT: &str = include_str!("sql/unlisted_discount.sql");
pub(crate) const UNLISTED_FORGET: &str = include_str!("sql/unlisted_forget.sql");
pub(crate) const UNLISTED_REPLIES: &str = include_str!("sql/unlisted_replies.sql");

/// The schema, step by step; a step that was released is never changed.
pub(crate) const MIGRATIONS: [&str; 8] = [
    include_str!("../migrations/0001_start.sql"),
    include_str!("../migrations/0002_guards_given_back.sql"),
    include_str!("../migrations/0003_operators.sql"),
    include_str!("../migrations/0004_sealed.sql"),
    include_str!("../migrations/0005_spend.sql"),
    include_str!("../migrations/0006_attempts_of_provider.sql"),
    include_str!("../migrations/0007_chain.sql"),
    include_str!("../migrations/0008_moved.sql"),
];
