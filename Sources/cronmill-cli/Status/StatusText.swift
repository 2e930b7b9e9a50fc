internal import Cronmill

/// Processors for people: grouped by database, two or more lines each, in 80 columns.
struct StatusText: Sendable {
    private let rows: [ProcessorStatus]
    private let scheduler: Scheduler?
    private let demand: Demand?

    /// For these processors, those of one database beside each other.
    init(_ rows: [ProcessorStatus], scheduler: Scheduler?, demand: Demand? = nil) {
        self.rows = rows
        self.scheduler = scheduler
        self.demand = demand
    }

    /// What is written into a pipe is wrapped, too: it is read by people.
    static let defaultWidth = 80

    /// The text, with its last line break.
    ///
    /// - Parameters:
    ///   - width: columns of the terminal, or nil for 80.
    ///   - colour: whether styles are applied.
    func render(width: Int?, colour: Bool) -> String {
        let width = max(width ?? Self.defaultWidth, 20)
        let lines = table.render(width: width, colour: colour).split(separator: "\n", omittingEmptySubsequences: false)
        var text = lines[0] + "\n"
        var database: String?
        for (row, line) in zip(rows, lines.dropFirst()) {
            if row.database != database {
                let name = row.database.controlsEscaped.truncated(to: width)
                text += (colour ? Style.bold.applied(to: name) : name) + "\n"
                database = row.database
            }
            text += line + "\n"
            for part in row.reason.controlsEscaped.wrapped(to: width - 4) {
                text += "    " + (colour ? Style.dim.applied(to: part) : part) + "\n"
            }
        }
        for line in [caption, demand?.text].compactMap({ $0 }) { text += line + "\n" }
        return String(text)
    }

    private var table: Table {
        var table = Table(columns: [
            .init("processor", shrinks: true), .init("verdict"), .init("running", alignment: .right),
            .init("ready", alignment: .right), .init("oldest", alignment: .right), .init("later", alignment: .right),
            .init("dead", alignment: .right), .init("next due"),
        ])
        for row in rows {
            table.append([
                "  \(row.processor)", .init(row.verdict.rawValue, style: row.verdict.style),
                "\(row.running)/\(row.slots)", .init(row.ready.counted), .init(row.oldestReady?.shortText ?? "-"),
                .init(row.scheduled.counted), .init(row.dead.counted, style: row.dead > 0 ? .red : nil),
                .init(due(row)),
            ])
        }
        return table
    }

    private func due(_ row: ProcessorStatus) -> String {
        guard let due = row.nextDue else { return row.isEnabled && row.jobs == nil ? "not visible" : "-" }
        // 2026-11-26 03:30:04: of a run of today the time, of others the day, too, to the minute.
        let isToday = scheduler.map { due.text.hasPrefix($0.today) } ?? false
        return String(isToday ? due.text.dropFirst(11) : due.text.dropFirst(5).dropLast(3))
    }

    /// Where times are, and where pg_cron reads its schedules.
    private var caption: String? {
        guard let scheduler, let zone = rows.compactMap(\.nextDue).first?.zone else { return nil }
        if !scheduler.zoneIsAssumed, Self.plain(zone) == Self.plain(scheduler.zone) {
            return "Due in \(zone).".controlsEscaped
        }
        let assumed = scheduler.zoneIsAssumed ? ", it is assumed: cron.timezone cannot be read" : ""
        return "Due in \(zone); pg_cron reads schedules in \(scheduler.zone)\(assumed).".controlsEscaped
    }

    /// One name for all that UTC is called.
    private static func plain(_ zone: String) -> String {
        ["GMT", "UTC", "Etc/UTC", "Etc/GMT", "UCT", "Zulu"].contains(zone) ? "UTC" : zone
    }
}

extension Demand {
    /// How places in pg_cron are shared by all processors that sleep.
    fileprivate var text: String {
        let wait = longestWait.map { " (longest \($0.shortText))" } ?? ""
        return "Budget \(budget) slots, \(used) in use: \(awake) awake, \(waiting) waiting\(wait), \(asleep) asleep."
    }
}

extension Output {
    /// Writes processors, as wide as standard output and in colours where it has them.
    ///
    /// - Throws: `OutputError`
    func write(_ text: StatusText) throws(OutputError) {
        try write(text.render(width: terminal.width(of: .output), colour: terminal.usesColour(on: .output)))
    }
}

extension Verdict {
    fileprivate var style: Style {
        switch self {
        case .ok: .green
        case .idle, .disabled, .asleep: .dim
        case .paused, .interrupted, .unknown, .waiting: .yellow
        case .drifted, .overdue, .failing, .behind, .held: .red
        }
    }
}

extension String {
    /// The text in lines of at most `width` columns, broken at blanks; a longer word is cut.
    func wrapped(to width: Int) -> [String] {
        var lines: [String] = []
        var line = ""
        for word in split(separator: " ") {
            let word = String(word).truncated(to: width)
            if line.isEmpty {
                line = word
            } else if line.displayWidth + 1 + word.displayWidth <= width {
                line += " " + word
            } else {
                lines.append(line)
                line = word
            }
        }
        return line.isEmpty ? lines : lines + [line]
    }
}
