//! Around every provider: reservation before an intent, read retries, metrics and traces.
