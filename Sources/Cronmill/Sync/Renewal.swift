internal import Postgres
internal import SQLFiles

/// What makes the functions of a half, which somebody has changed, as they were installed.
struct Renewal: Sendable {
    let half: Half
    let installed: InstalledHalf
    let mustDrop: Bool

    /// Looks at an installed half. What is of another version is left to setup, which upgrades tables, too.
    ///
    /// - Returns: what differs, without processor, and what repairs it; nil if there is nothing that `sync` repairs.
    static func find(
        _ half: Half,
        _ installed: InstalledHalf,
        work database: String,
        _ session: Session
    ) throws -> (differences: [Difference], renewal: Renewal?) {
        let own = session.database
        let command = "cronmill setup --database \(database.shellWord)"
        func difference(_ text: String, _ command: String? = nil) -> Difference {
            Difference(database: own, text: text, command: command)
        }
        guard installed.version == half.script.version else {
            let text = "schema \(half.schema) has version \(installed.version), this program \(half.script.version)"
            return ([difference(text, command)], nil)
        }
        guard installed.fingerprint == half.fingerprint else {
            return ([difference("the functions of schema \(half.schema) are of another version", command)], nil)
        }
        guard !installed.isWhole else { return ([], nil) }
        let mustDrop = try half.mustDrop(installed, session)
        let changes = try half.changesByHand(dropsFirst: mustDrop, session)
        return (
            (changes.isEmpty ? ["schema \(half.schema) is not marked as installed"] : changes).map { difference($0) },
            Renewal(half: half, installed: installed, mustDrop: mustDrop)
        )
    }
}

extension Plan {
    /// Makes the housekeepers' jobs what they are to be.
    mutating func renewHousekeeper(in database: String) {
        add("renew the housekeeper", in: database, "select cronmill_cron.keep_house()")
    }

    mutating func renew(_ renewal: Renewal, in database: String) {
        renew(renewal.half, renewal.installed, dropsFirst: renewal.mustDrop, in: database)
    }
}
