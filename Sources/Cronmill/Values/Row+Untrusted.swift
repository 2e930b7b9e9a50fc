internal import Postgres

/// What a work database says may be anything: its owner chooses. What is computed with it must not be a fault.
extension Row {
    /// Reads a column as one of the words of a type.
    ///
    /// - Throws: `PostgresError` where it is none of them.
    func word<Word: RawRepresentable<String>>(_ column: String, as type: Word.Type = Word.self) throws -> Word {
        let text: String = try get(column)
        guard let word = Word(rawValue: text) else {
            throw PostgresError(kind: .client, message: "column \"\(column)\" has a word that is not known")
        }
        return word
    }

    /// Reads how many there are of something: more than any database has is taken for that many, less than none for none.
    func count(_ column: String) throws -> Int { min(max(0, try get(column)), 1 << 50) }

    /// Reads a time in seconds since 1970; nil for a null, and for one that is thousands of years away.
    func moment(_ column: String) throws -> Double? {
        try get(column, as: Double?.self).flatMap { abs($0) < 1e11 ? $0 : nil }
    }
}
