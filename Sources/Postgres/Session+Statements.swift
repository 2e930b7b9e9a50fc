extension Session {
    /// The first row of a query that has one.
    ///
    /// - Throws: `PostgresError`, also where there is no row.
    package func one(_ sql: SQL) throws -> Row {
        guard let row = try query(sql).first else {
            throw PostgresError(
                kind: .client,
                message: "the query gave no row",
                database: database,
                statement: sql.text
            )
        }
        return row
    }

    /// Runs a text of any number of statements. Several at once can carry no parameters; one with parameters is sent on
    /// its own.
    ///
    /// - Throws: the server's error.
    package func perform(_ statement: SQL) throws {
        if statement.parameters.isEmpty {
            try script(statement.text)
        } else {
            try execute(statement)
        }
    }
}
