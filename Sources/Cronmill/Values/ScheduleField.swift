/// One of the five fields of a cron line, and what may stand in it.
struct ScheduleField {
    let name: String
    let range: ClosedRange<Int>
    /// How many different values there are: one less than the range holds for weekdays, where 0 and 7 are both Sunday.
    let span: Int
    /// Names for values, the first for the lowest value.
    let names: [String]

    /// A number of more digits than that is not read, however many of them are leading zeros.
    private static let mostDigits = 9

    static let all = [
        ScheduleField(name: "minute", range: 0...59, span: 60, names: []),
        ScheduleField(name: "hour", range: 0...23, span: 24, names: []),
        ScheduleField(name: "day of month", range: 1...31, span: 31, names: []),
        ScheduleField(
            name: "month",
            range: 1...12,
            span: 12,
            names: ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
        ),
        ScheduleField(
            name: "weekday",
            range: 0...7,
            span: 7,
            names: ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]
        ),
    ]

    /// Checks the text of this field; `schedule` is the whole text, for the message.
    func check(_ text: String, in schedule: String) throws(ScheduleError) {
        if text == "$", name == "day of month" { return }
        for item in text.split(separator: ",", omittingEmptySubsequences: false) {
            guard !item.isEmpty else {
                throw ScheduleError("\(name) field \"\(text)\" in schedule \"\(schedule)\" has an empty list item")
            }
            try check(item: String(item), in: schedule)
        }
    }

    private func check(item: String, in schedule: String) throws(ScheduleError) {
        let parts = item.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        let step = parts.count == 2 ? parts[1] : nil
        if parts[0] == "*" {
            try checkStep(step, over: span, first: range.lowerBound, item: item, in: schedule)
            return
        }
        let bounds = parts[0].split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        let low = try value(of: bounds[0], item: item, in: schedule)
        guard bounds.count == 2 else {
            guard step == nil else {
                throw ScheduleError(
                    "step in \(name) \"\(item)\" in schedule \"\(schedule)\" has no range",
                    hint: "Write \(low)-\(range.lowerBound + span - 1)/\(step ?? "")."
                )
            }
            return
        }
        let high = try value(of: bounds[1], item: item, in: schedule)
        guard low <= high else {
            throw ScheduleError(
                "\(name) range \"\(item)\" in schedule \"\(schedule)\" runs backwards",
                hint: step == nil ? "Write \(forwards(low, high))." : nil
            )
        }
        try checkStep(step, over: high - low + 1, first: low, item: item, in: schedule)
    }

    private func value(of text: String, item: String, in schedule: String) throws(ScheduleError) -> Int {
        if let index = names.firstIndex(of: text.lowercased()) { return range.lowerBound + index }
        let isNumber = !text.isEmpty && text.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        guard isNumber else {
            let bounds = "\(range.lowerBound) to \(range.upperBound)"
            let named = names.first.flatMap { first in names.last.map { " or \(first) to \($0)" } } ?? ""
            let lastDay = name == "day of month" ? ", or $ alone for the last day" : ""
            throw ScheduleError(
                "\(name) \"\(item)\" in schedule \"\(schedule)\" is not understood",
                hint: "Use *, numbers from \(bounds)\(named)\(lastDay); lists (1,2), ranges (1-5), steps (*/2, 1-5/2)."
            )
        }
        guard text.utf8.count <= Self.mostDigits, let number = Int(text), range.contains(number) else {
            throw ScheduleError(
                "\(name) \"\(text)\" in schedule \"\(schedule)\" is not from \(range.lowerBound) to \(range.upperBound)"
            )
        }
        return number
    }

    /// What so many steps of this field would be, where that is an interval.
    private func interval(_ steps: Int) -> Duration? {
        guard steps <= 10_000 else { return nil }
        return switch name {
        case "minute": .seconds(60 * steps)
        case "hour": .seconds(3600 * steps)
        default: nil
        }
    }

    private func checkStep(
        _ step: String?,
        over span: Int,
        first: Int,
        item: String,
        in schedule: String
    ) throws(ScheduleError) {
        guard let step else { return }
        let isNumber = !step.isEmpty && step.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        guard isNumber, step.contains(where: { $0 != "0" }) else {
            throw ScheduleError("step in \(name) \"\(item)\" in schedule \"\(schedule)\" is not a number from 1")
        }
        guard step.utf8.count <= Self.mostDigits, let number = Int(step), number <= span else {
            throw ScheduleError(
                "step in \(name) \"\(item)\" in schedule \"\(schedule)\" is longer than what it steps through",
                detail: "pg_cron would misread it: of \"\(item)\" only \(name) \(first) would be left.",
                hint: item.hasPrefix("*") ? Int(step).flatMap(interval).map { Schedule.nearest(to: $0) } : nil
            )
        }
    }

    /// The same values without running backwards: `22-6` is `22-23,0-6`, `fri-sun` is `5-7`.
    private func forwards(_ low: Int, _ high: Int) -> String {
        if name == "weekday", high == 0 { return "\(low)-7" }
        return "\(low)-\(range.lowerBound + span - 1),\(range.lowerBound)-\(high)"
    }
}
