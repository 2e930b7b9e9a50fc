internal import Cronmill

/// What became of the records of one table.
struct Arrival: Sendable, Hashable {
    let database: String
    /// The standard: `ISO 4217`.
    let standard: String
    let enqueued: Int
    /// Rows in the handler's table.
    let arrived: Int
    /// Different records among them.
    let records: Int
    /// Time from the first to the last.
    let duration: Duration?

    /// Whether every record is there, and there once.
    var isExact: Bool { arrived == enqueued && records == enqueued }

    /// What is wrong, for people; nil when nothing is.
    var complaint: String? {
        guard !isExact else { return nil }
        return "\(standard): \(enqueued.counted) records were enqueued, and "
            + "\(arrived.counted) rows of \(records.counted) different records arrived"
    }
}

extension Table {
    /// Arrivals, for people.
    init(_ arrivals: [Arrival]) {
        self.init(columns: [
            Column("database"), Column("records of"), Column("enqueued", alignment: .right),
            Column("arrived", alignment: .right), Column("different", alignment: .right),
            Column("first to last", alignment: .right),
        ])
        for arrival in arrivals {
            append([
                Cell(arrival.database), Cell(arrival.standard), Cell(arrival.enqueued.counted),
                Cell(arrival.arrived.counted, style: arrival.isExact ? nil : .red),
                Cell(arrival.records.counted, style: arrival.isExact ? nil : .red),
                Cell(arrival.duration?.shortText ?? "-"),
            ])
        }
    }
}
