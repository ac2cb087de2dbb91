//! Every metric there is.

/// A metric: what it is called, what it counts and with which labels.
#[derive(Clone, Copy, Debug)]
pub struct Metric {
    /// Its name.
    pub name: &'static str,
    /// How it behaves.
    pub kind: Kind,
    /// What one of it is.
    pub unit: &'static str,
    /// Its labels, and their values for people.
    pub labels: &'static [(&'static str, &'static str)],
    /// What it tells.
    pub meaning: &'static str,
}

/// How a metric behaves.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Kind {
    /// Only grows.
    Counter,
    /// Goes up and down.
    Gauge,
    /// Counts observations by these upper bounds.
    Histogram(&'static [f64]),
    /// About the process and only grows; rendered without the recorder.
    ProcessCounter,
    /// About the process; rendered without the recorder.
    Process,
}

impl Kind {
    /// The type as Prometheus names it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Counter | Self::ProcessCounter => "counter",
            Self::Gauge | Self::Process => "gauge",
            Self::Histogram(_) => "histogram",
        }
    }
}

/// Our own work: 10 µs to 10 ms, and above that only how bad it is.
const OWN_WORK: &[f64] = &[
    0.000_01, 0.000_025, 0.000_05, 0.000_1, 0.000_25, 0.000_5, 0.001, 0.002, 0.003, 0.005, 0.007_5,
    0.01, 0.025, 0.05, 0.1, 1.0,
];
/// A flush of a disk: fractions of a millisecond to "something is wrong".
const DISK: &[f64] =
    &[0.000_1, 0.000_25, 0.000_5, 0.001, 0.002, 0.003, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0];
/// An answer of a provider: 50 ms to beyond the usual time-outs.
const PROVIDER: &[f64] =
    &[0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 3.0, 5.0, 10.0, 20.0, 30.0, 60.0, 120.0, 180.0];
/// An RPC: reads take less than a millisecond, payments as long as providers do.
const RPC: &[f64] = &[
    0.000_1, 0.000_5, 0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 3.0, 5.0, 10.0,
    30.0, 60.0, 120.0,
];
/// Writes that share one commit.
const BATCH: &[f64] = &[1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0, 512.0];

const PROVIDER_LABEL: (&str, &str) = ("provider", "configured name");
const FAMILY_LABEL: (&str, &str) = ("family", "product family, such as `pln-prepaid`");
const SERVICE_LABEL: (&str, &str) = (
    "service",
    "service of the API, `grpc.health.v1.Health`, `grpc.reflection.v1.ServerReflection`, `unknown`",
);
const LISTENER_LABEL: (&str, &str) = ("listener", "`api`, `operator`, `callbacks`");
const METHOD_LABEL: (&str, &str) = ("method", "RPC of the service, `unknown`");

const fn counter(
    name: &'static str,
    unit: &'static str,
    labels: &'static [(&'static str, &'static str)],
    meaning: &'static str,
) -> Metric {
    Metric { name, kind: Kind::Counter, unit, labels, meaning }
}

const fn gauge(
    name: &'static str,
    unit: &'static str,
    labels: &'static [(&'static str, &'static str)],
    meaning: &'static str,
) -> Metric {
    Metric { name, kind: Kind::Gauge, unit, labels, meaning }
}

const fn histogram(
    name: &'static str,
    buckets: &'static [f64],
    labels: &'static [(&'static str, &'static str)],
    meaning: &'static str,
) -> Metric {
    Metric { name, kind: Kind::Histogram(buckets), unit: "seconds", labels, meaning }
}

const fn process(name: &'static str, unit: &'static str, meaning: &'static str) -> Metric {
    Metric { name, kind: Kind::Process, unit, labels: &[], meaning }
}

/// Every metric there is, by subject.
pub const METRICS: &[Metric] = &[
    // Payments.
    counter(
        "ppob_payments_accepted_total",
        "payments",
        &[FAMILY_LABEL],
        "Payments that became durable.",
    ),
    counter(
        "ppob_payment_outcomes_total",
        "payments",
        &[FAMILY_LABEL, ("state", "`SUCCEEDED`, `FAILED`, `REVERSED`")],
        "Payments that ended, and how.",
    ),
    counter(
        "ppob_duplicate_requests_total",
        "requests",
        &[("result", "`same` (the same request again), `different` (refused)")],
        "Requests to pay whose payment_id was known already.",
    ),
    gauge(
        "ppob_payments_open",
        "payments",
        &[("state", "`ACCEPTED`, `PROCESSING`, `IN_DOUBT`")],
        "Payments that have not ended.",
    ),
    gauge(
        "ppob_payments_open_oldest_seconds",
        "seconds",
        &[("state", "`ACCEPTED`, `PROCESSING`, `IN_DOUBT`")],
        "Age of the oldest payment in this state; 0 if there is none.",
    ),
    gauge(
        "ppob_payments_in_doubt",
        "payments",
        &[PROVIDER_LABEL],
        "Payments whose outcome is unknown.",
    ),
    gauge(
        "ppob_payments_in_doubt_oldest_seconds",
        "seconds",
        &[PROVIDER_LABEL],
        "How long the oldest of them has been in doubt; 0 if there is none.",
    ),
    histogram(
        "ppob_overhead_seconds",
        OWN_WORK,
        &[FAMILY_LABEL],
        "Our own share of a payment, from acceptance to its durable outcome: everything but the time spent waiting for providers.",
    ),
    // Alarms: each of these is looked at by a person.
    counter(
        "ppob_invariant_violations_total",
        "violations",
        &[("id", "id of the invariant (`P1`, `P3`, …), `journal`")],
        "Steps that broke an invariant or were refused by the journal's rules. Must stay 0.",
    ),
    counter(
        "ppob_contradicting_evidence_total",
        "facts",
        &[],
        "Facts that contradict what was known for certain; the provider is frozen.",
    ),
    counter(
        "ppob_callbacks_total",
        "callbacks",
        &[
            PROVIDER_LABEL,
            (
                "result",
                "`recorded`, `asked` (the provider is asked), `ping` (a trial), `unknown-reference`, `mismatch`, `unproven`, `not-authentic`, `unreadable`, `no-such-provider`, `later`",
            ),
        ],
        "What providers told by themselves, and what became of it.",
    ),
    gauge(
        "ppob_callbacks_in_flight",
        "callbacks",
        &[],
        "Callbacks that have come in and that the engine works on.",
    ),
    counter(
        "ppob_callbacks_refused_total",
        "requests",
        &[(
            "reason",
            "`too-big` (head, query or body), `too-slow`, `malformed`, `too-many` (are being worked on), `not-in-time` (the engine took too long), `no-such-address`, `no-such-method`",
        )],
        "Requests to the listener for callbacks that it refused by itself; what came to the engine is in `ppob_callbacks_total`.",
    ),
    counter(
        "ppob_late_charges_total",
        "charges",
        &[],
        "Charges found after the attempt had been taken as dead.",
    ),
    counter(
        "ppob_unexpected_costs_total",
        "payments",
        &[],
        "Payments that were debited more than allowed.",
    ),
    counter(
        "ppob_balance_chain_executed_total",
        "payments",
        &[PROVIDER_LABEL],
        "Payments in doubt that the balances of an exclusive account showed to be made.",
    ),
    counter(
        "ppob_balance_holes_total",
        "holes",
        &[PROVIDER_LABEL],
        "Money that moved at an exclusive account and that nothing explains; the provider is frozen.",
    ),
    gauge(
        "ppob_provider_balance_hole_rupiah",
        "rupiah",
        &[PROVIDER_LABEL],
        "What is missing from an exclusive account and nothing explains; negative if it came in. Must be 0.",
    ),
    counter(
        "ppob_provider_frozen_total",
        "events",
        &[PROVIDER_LABEL],
        "How often the engine froze the provider.",
    ),
    counter(
        "ppob_task_panics_total",
        "tasks",
        &[],
        "Tasks of the engine, and calls of the server, that ended by a mistake in the code. Must stay 0.",
    ),
    counter(
        "ppob_statement_mismatches_total",
        "findings",
        &[
            PROVIDER_LABEL,
            (
                "kind",
                "`amount-differs`, `late-charge`, `unknown-charge`, `unclear`, `second-debit`, `debited-and-refunded`, `refund`, `unknown-refund`, `deposit-unrecorded`, `deposit-missing`, `success-missing`, `candidate` (the provider does not confirm it)",
            ),
        ],
        "Contradictions between imported statements and the record. Each file counts once.",
    ),
    // Reconciliation.
    gauge(
        "ppob_reconciliation_due",
        "payments",
        &[],
        "Payments to be asked about, when the worker last looked.",
    ),
    // Providers.
    counter(
        "ppob_provider_requests_total",
        "requests",
        &[
            PROVIDER_LABEL,
            ("operation", "`price-list`, `inquiry`, `pay`, `status`, `balance`"),
            (
                "outcome",
                "`pay`: `succeeded`, `pending`, `rejected`, `not-sent`, `unknown`; else `ok`, `transport`, `refused`, `unreadable`, `rate-limited`, `credentials`, `unsupported`",
            ),
        ],
        "Requests to a provider. For `pay` the outcome is that of the attempt.",
    ),
    histogram(
        "ppob_provider_request_duration_seconds",
        PROVIDER,
        &[PROVIDER_LABEL, ("operation", "`price-list`, `inquiry`, `pay`, `status`, `balance`")],
        "Time until a provider's answer, without waiting for our own limits.",
    ),
    gauge(
        "ppob_provider_active",
        "0 or 1",
        &[PROVIDER_LABEL],
        "1 if the provider takes payments: neither switched off, drained nor frozen.",
    ),
    gauge(
        "ppob_provider_breaker_open",
        "0 or 1",
        &[PROVIDER_LABEL],
        "1 while the breaker lets no payment through.",
    ),
    gauge(
        "ppob_provider_payments_in_flight",
        "payments",
        &[PROVIDER_LABEL],
        "Payments on their way to the provider.",
    ),
    gauge(
        "ppob_provider_payments_waiting",
        "payments",
        &[PROVIDER_LABEL],
        "Payments waiting for room at the provider.",
    ),
    gauge(
        "ppob_provider_balance_rupiah",
        "rupiah",
        &[PROVIDER_LABEL],
        "Our deposit, as last seen.",
    ),
    gauge(
        "ppob_provider_balance_floor_rupiah",
        "rupiah",
        &[PROVIDER_LABEL],
        "What must remain of the deposit.",
    ),
    gauge(
        "ppob_provider_plaintext",
        "0 or 1",
        &[PROVIDER_LABEL],
        "1 if requests travel unencrypted.",
    ),
    // Catalogue.
    gauge(
        "ppob_catalogue_age_seconds",
        "seconds",
        &[PROVIDER_LABEL],
        "Time since the provider's price list was read.",
    ),
    gauge(
        "ppob_catalogue_unmapped_rows",
        "rows",
        &[PROVIDER_LABEL],
        "Rows of the price list that are no product of ours.",
    ),
    counter(
        "ppob_catalogue_refreshes_total",
        "reads",
        &[PROVIDER_LABEL, ("outcome", "`ok`, `failed`")],
        "Readings of the price list.",
    ),
    counter(
        "ppob_catalogue_changes_total",
        "changes",
        &[PROVIDER_LABEL, ("kind", "`added`, `withdrawn`, `opened`, `closed`, `cost`, `admin`")],
        "Offers that changed.",
    ),
    // Journal.
    counter("ppob_journal_commits_total", "commits", &[], "Commits that the journal made durable."),
    counter(
        "ppob_journal_commit_errors_total",
        "commits",
        &[],
        "Commits that failed; their writes are unknown until they are read again.",
    ),
    histogram(
        "ppob_journal_commit_seconds",
        DISK,
        &[],
        "Time of one commit, the flush to disk included.",
    ),
    Metric {
        unit: "writes",
        ..histogram("ppob_journal_batch_size", BATCH, &[], "Writes that shared one commit.")
    },
    gauge("ppob_journal_queue_depth", "writes", &[], "Writes waiting for the next commit."),
    gauge(
        "ppob_journal_chain_number",
        "commits",
        &[],
        "Number of the newest commit in the journal's chain of hashes. Falls only if the journal was set back.",
    ),
    counter(
        "ppob_journal_send_errors_total",
        "commits",
        &[],
        "Commits whose sends could not be written to the send journal; nothing was sent for them.",
    ),
    counter(
        "ppob_journal_lost_sends_total",
        "attempts",
        &[],
        "Sends that stood in the send journal and not in the journal, which had been set back; they are in doubt again.",
    ),
    gauge(
        "ppob_journal_lost",
        "0 or 1",
        &[],
        "1 once the journal's database has lost commits or was taken over by another engine; the engine ends by itself then.",
    ),
    counter(
        "ppob_journal_retries_total",
        "writes",
        &[],
        "Outcomes that had to be written again because the journal could not be used.",
    ),
    counter(
        "ppob_journal_unreadable_rows_total",
        "rows",
        &[],
        "Stored payments that could not be read and were left out, each time that a page met them.",
    ),
    // Retention.
    counter(
        "ppob_payments_stripped_total",
        "payments",
        &[("kept", "no-raw-answers, no-personal-data")],
        "Payments from which raw answers, or all personal data, were taken, by age or on request.",
    ),
    // gRPC.
    counter(
        "ppob_grpc_requests_total",
        "requests",
        &[SERVICE_LABEL, METHOD_LABEL, ("code", "gRPC code, such as `OK` or `INVALID_ARGUMENT`")],
        "Calls that ended. `CANCELLED`: the caller went away first.",
    ),
    histogram(
        "ppob_grpc_request_duration_seconds",
        RPC,
        &[SERVICE_LABEL, METHOD_LABEL],
        "Time from a call's headers to the end of its answer; for streams, how long they were open.",
    ),
    gauge(
        "ppob_grpc_requests_in_flight",
        "requests",
        &[SERVICE_LABEL, METHOD_LABEL],
        "Calls that have not ended.",
    ),
    histogram(
        "ppob_grpc_overhead_seconds",
        OWN_WORK,
        &[("method", "unary RPC of the catalogue and of payments")],
        "Our own share of a call: reading the request, the engine's and the journal's work, making the answer; without waiting for providers. For `CreatePayment` it ends with the acceptance.",
    ),
    gauge(
        "ppob_grpc_connections",
        "connections",
        &[LISTENER_LABEL],
        "Open connections, also of callbacks.",
    ),
    counter(
        "ppob_grpc_connections_refused_total",
        "connections",
        &[LISTENER_LABEL],
        "Connections closed at once because there were too many, in all or from one address.",
    ),
    counter(
        "ppob_tls_handshakes_failed_total",
        "handshakes",
        &[LISTENER_LABEL, ("reason", "`failed`, `timeout`, `crowded`")],
        "TLS handshakes that came to nothing; `crowded`: the oldest of too many made room.",
    ),
    counter(
        "ppob_tls_reloads_total",
        "reloads",
        &[LISTENER_LABEL, ("result", "`done`, `failed`")],
        "How often changed TLS files were read; after `failed` the earlier certificate is kept.",
    ),
    // The process.
    gauge(
        "ppob_build_info",
        "1",
        &[("version", "version of this build")],
        "Always 1; the label tells what runs.",
    ),
    Metric {
        kind: Kind::ProcessCounter,
        ..process(
            "process_cpu_seconds_total",
            "seconds",
            "Processor time used, in user and system mode.",
        )
    },
    process("process_resident_memory_bytes", "bytes", "Memory that is resident."),
    process("process_open_fds", "files", "Open file descriptors."),
    process(
        "process_start_time_seconds",
        "seconds",
        "When the process was started, in seconds since 1970.",
    ),
];

#[cfg(test)]
mod tests;
