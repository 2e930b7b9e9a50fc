internal import Cronmill

extension [PrunedProcessor] {
    /// Adds what was removed in a work database to the rows of the history.
    mutating func merge(_ others: [PrunedProcessor]) {
        for other in others {
            if let index = firstIndex(where: { $0.database == other.database && $0.processor == other.processor }) {
                self[index].doneTasks += other.doneTasks
                self[index].deadTasks += other.deadTasks
                self[index].counters += other.counters
            } else {
                append(other)
            }
        }
    }
}

extension Table {
    /// What was removed, for people.
    init(_ rows: [PrunedProcessor]) {
        self.init(columns: [
            Column("database"), Column("processor"), Column("runs", alignment: .right),
            Column("done tasks", alignment: .right), Column("dead tasks", alignment: .right),
            Column("counters", alignment: .right),
        ])
        for row in rows {
            append([
                Cell(row.database ?? "(jobs of others)"), Cell(row.processor ?? "-"), Cell(row.runs.grouped),
                Cell(row.doneTasks.grouped), Cell(row.deadTasks.grouped), Cell(row.counters.grouped),
            ])
        }
    }
}

extension PrunedProcessor {
    var json: JSON {
        [
            "database": JSON(database), "processor": JSON(processor), "runs": .integer(Int64(runs)),
            "done_tasks": .integer(Int64(doneTasks)), "dead_tasks": .integer(Int64(deadTasks)),
            "counters": .integer(Int64(counters)),
        ]
    }
}
