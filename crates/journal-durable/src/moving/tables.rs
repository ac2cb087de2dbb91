//! The tables, in an order in which each row comes after those that it refers to.

use super::{Column, Kind, Table};

/// Every table that moves as it is. What else there is, each end keeps in its own way: which schema it has,
/// which journal it is, and how far its send journal is known.
pub const TABLES: [Table; 20] = [
    Table { name: "meta", columns: &[text("name"), integer("value")] },
    Table { name: "sealed_key", columns: &[integer("number"), text("master"), bytes("wrapped")] },
    Table {
        name: "payment",
        columns: &[
            integer("serial"),
            text("consumer"),
            text("payment_id"),
            integer("version"),
            text("state"),
            text("product"),
            text("customer_index"),
            text("family"),
            integer("repeat"),
            integer("attempts"),
            integer("accepted_at"),
            integer("updated_at"),
            integer("next_check_at"),
            integer("total"),
            integer("cost"),
            bytes("fingerprint_index"),
            integer("owner"),
            text("retention"),
            bytes("request"),
            bytes("value"),
        ],
    },
    Table {
        name: "attempt",
        columns: &[
            integer("payment_serial"),
            integer("number"),
            text("attempt_id"),
            text("provider"),
            text("state"),
            text("settled_reference"),
            integer("begun_at"),
        ],
    },
    Table {
        name: "guard",
        columns: &[text("product"), text("customer_index"), integer("payment_serial")],
    },
    Table {
        name: "success",
        columns: &[
            text("product"),
            text("customer_index"),
            integer("repeat"),
            integer("at"),
            text("consumer"),
        ],
    },
    Table { name: "buried", columns: &[text("consumer"), text("payment_id"), integer("at")] },
    Table { name: "spend", columns: &[text("consumer"), integer("day"), integer("amount")] },
    Table {
        name: "event",
        columns: &[
            integer("sequence"),
            integer("payment_serial"),
            integer("version"),
            text("consumer"),
            text("kind"),
            text("state"),
            integer("at"),
            bytes("digest"),
        ],
    },
    Table {
        name: "inquiry",
        columns: &[
            text("consumer"),
            text("inquiry_id"),
            text("customer_index"),
            integer("expires_at"),
            bytes("value"),
        ],
    },
    Table { name: "document", columns: &[text("name"), bytes("content")] },
    Table {
        name: "unlisted_reply",
        columns: &[
            text("provider"),
            text("text_index"),
            bytes("text"),
            integer("count"),
            integer("first_at"),
            integer("last_at"),
        ],
    },
    Table {
        name: "audit",
        columns: &[
            integer("sequence"),
            text("operator"),
            text("actor"),
            text("second_actor"),
            text("action"),
            text("subject"),
            bytes("reason"),
            text("before"),
            text("after"),
            integer("at"),
        ],
    },
    Table {
        name: "note",
        columns: &[
            integer("sequence"),
            integer("payment_serial"),
            text("operator"),
            flag("proven"),
            text("actor"),
            bytes("text"),
            integer("at"),
        ],
    },
    Table {
        name: "deposit",
        columns: &[
            text("deposit_id"),
            text("provider"),
            integer("amount"),
            integer("credited_at"),
            bytes("reference"),
            text("operator"),
            flag("proven"),
            text("actor"),
            integer("recorded_at"),
        ],
    },
    Table {
        name: "proposal",
        columns: &[
            integer("number"),
            integer("payment_serial"),
            integer("attempt"),
            integer("version"),
            text("facts"),
            text("operator"),
            flag("proven"),
            text("actor"),
            bytes("evidence"),
            integer("at"),
            text("state"),
            text("second_operator"),
            flag("second_proven"),
            text("second_actor"),
            integer("ended_at"),
        ],
    },
    Table { name: "late_charge", columns: &[integer("payment_serial"), integer("found_at")] },
    Table { name: "restore", columns: &[integer("restored_at"), integer("taken_at")] },
    Table {
        name: "fact",
        columns: &[integer("sequence"), text("kind"), text("subject"), bytes("digest")],
    },
    Table {
        name: "chain",
        columns: &[
            integer("number"),
            bytes("previous"),
            bytes("hash"),
            integer("last_event"),
            integer("last_fact"),
            integer("at"),
        ],
    },
];

const fn integer(name: &'static str) -> Column {
    Column { name, kind: Kind::Integer }
}

const fn flag(name: &'static str) -> Column {
    Column { name, kind: Kind::Flag }
}

const fn text(name: &'static str) -> Column {
    Column { name, kind: Kind::Text }
}

const fn bytes(name: &'static str) -> Column {
    Column { name, kind: Kind::Bytes }
}
