internal import Postgres

extension CronmillError {
    /// A processor that is not there, with the nearest name that is.
    ///
    /// - Parameters:
    ///   - databases: where it was looked for.
    ///   - known: the names there are.
    package static func unknownProcessor(_ name: String, in databases: [String], known: [String]) -> CronmillError {
        guard let database = databases.first, databases.count == 1 else {
            return CronmillError(
                .failed,
                "processor \"\(name)\" does not exist in the databases asked",
                hint: known.hint(for: name),
                sqlState: .undefinedObject
            )
        }
        return CronmillError(
            .failed,
            "processor \"\(name)\" does not exist in database \"\(database)\"",
            hint: known.hint(for: name)
                ?? "Make one with: cronmill setup --database \(database.shellWord) --queue NAME --handler SCHEMA.FUNCTION",
            database: database,
            sqlState: .undefinedObject
        )
    }

    /// A queue that is not there, with the nearest name that is.
    static func unknownQueue(_ name: String, database: String, known: [String]) -> CronmillError {
        CronmillError(
            .failed,
            "queue \"\(name)\" does not exist in database \"\(database)\"",
            hint: known.hint(for: name)
                ?? "Make it with: cronmill setup --database \(database.shellWord) --queue \(name.shellWord) "
                + "--handler SCHEMA.FUNCTION",
            database: database,
            sqlState: .undefinedObject
        )
    }
}

extension [String] {
    /// The nearest name, or else all there are; nil if there is none.
    fileprivate func hint(for name: String) -> String? {
        if let nearest = nearest(to: name) { return "Did you mean \"\(nearest)\"?" }
        return isEmpty ? nil : "There is: \(joined(separator: ", "))."
    }

    /// The name most like another, if it is like it at all (at most a third of it edited).
    func nearest(to name: String) -> String? {
        let ranked = map { (name: $0, distance: $0.editDistance(to: name)) }.min { $0.distance < $1.distance }
        guard let ranked, ranked.distance <= Swift.max(1, name.count / 3) else { return nil }
        return ranked.name
    }
}

extension String {
    /// How many characters were left out, put in, changed, or swapped with their neighbour, ignoring case.
    func editDistance(to other: String) -> Int {
        let (source, target) = (Array(lowercased()), Array(other.lowercased()))
        var (twoAbove, above) = ([Int](), Array(0...target.count))
        for i in source.indices {
            var row = [i + 1]
            for j in target.indices {
                var least = Swift.min(above[j] + (source[i] == target[j] ? 0 : 1), above[j + 1] + 1, row[j] + 1)
                if i > 0, j > 0, source[i] == target[j - 1], source[i - 1] == target[j] {
                    least = Swift.min(least, twoAbove[j - 1] + 1)
                }
                row.append(least)
            }
            (twoAbove, above) = (above, row)
        }
        return above[target.count]
    }
}
