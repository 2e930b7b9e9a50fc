internal import Postgres
internal import SQLFiles

/// How long a processor's tasks waited and its handlers took, since it was set up: numbers that only grow, as those of
/// `ProcessorTotals` do.
package struct ProcessorTimes: Sendable, Hashable {
    /// Its name.
    package let processor: String
    /// From the time tasks were ready until their batch began.
    package let waited: TaskTimes
    /// What handlers took; tasks of a batch count with its mean.
    package let worked: TaskTimes

    /// Times of one processor.
    package init(processor: String, waited: TaskTimes, worked: TaskTimes) {
        (self.processor, self.waited, self.worked) = (processor, waited, worked)
    }

    /// Those of all processors of the session's database that have had a run.
    static func all(_ session: Session) throws -> [ProcessorTimes] {
        try OwnerRights(session).query(
            .timeHistograms,
            columns: "processor text, waited bigint[], worked bigint[]"
        ).map { row in
            try ProcessorTimes(
                processor: row.get("processor"),
                waited: TaskTimes(counts: row.get("waited")),
                worked: TaskTimes(counts: row.get("worked"))
            )
        }
    }
}
