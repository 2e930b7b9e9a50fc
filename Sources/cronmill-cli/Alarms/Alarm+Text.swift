internal import Cronmill

extension Table {
    /// Alarms, for people.
    init(_ alarms: [Alarm]) {
        let times = TimeColumn(alarms.flatMap { [$0.raisedAt, $0.clearedAt] })
        let isHistory = alarms.contains { $0.clearedAt != nil }
        self.init(
            columns: [
                Column("id", alignment: .right), Column("kind"), Column("database"), Column("processor"),
                times.column("raised"),
            ] + (isHistory ? [times.column("cleared")] : []) + [Column("known to"), Column("detail", shrinks: true)]
        )
        for alarm in alarms {
            let isOver = alarm.clearedAt != nil
            let style: Style? = isOver ? .dim : alarm.acknowledgedAt == nil ? .red : .yellow
            append(
                [
                    Cell(String(alarm.id)), Cell(alarm.kind, style: style), Cell(alarm.database ?? "-"),
                    Cell(alarm.processor ?? "-"), Cell(times.text(alarm.raisedAt)),
                ] + (isHistory ? [Cell(alarm.clearedAt.map(times.text) ?? "-")] : [])
                    + [Cell(alarm.acknowledgedBy ?? "-"), Cell(alarm.detail)]
            )
        }
    }
}
