//! Where the values of a statement stand. PostgreSQL wants each by its number. SQLite takes them in their order, and is given no names:
//! its driver looks every name up among all others of the statement, so that a thousand values cost a million comparisons.

/// How one database has values stand in a statement.
#[derive(Clone, Copy, Debug)]
pub(super) struct Places {
    pub(super) postgres: bool,
}

impl Places {
    /// One row of values: `($1, $2, …)`, or `(?, ?, …)`.
    pub(super) fn row(self, columns: usize) -> String {
        self.rows(1, columns)
    }

    /// Rows of values, one after the other.
    pub(super) fn rows(self, rows: usize, columns: usize) -> String {
        let place = |number: usize| if self.postgres { format!("${number}") } else { "?".to_owned() };
        let row = |row: usize| {
            let places: Vec<String> = (1..=columns).map(|column| place(row * columns + column)).collect();
            format!("({})", places.join(", "))
        };
        (0..rows).map(row).collect::<Vec<_>>().join(", ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_stand_by_number_or_in_their_order() {
        assert_eq!(Places { postgres: true }.rows(2, 3), "($1, $2, $3), ($4, $5, $6)");
        assert_eq!(Places { postgres: false }.rows(2, 3), "(?, ?, ?), (?, ?, ?)");
        assert_eq!(Places { postgres: true }.row(2), "($1, $2)");
    }
}
