internal import Cronmill

extension Threshold {
    /// Reads `behind=30m`, `failing=off`, `dead=default`.
    ///
    /// - Throws: `CronmillError` of kind `usage` for anything else.
    static func read(
        _ texts: [String],
        of known: [Threshold],
        named name: (Threshold) -> String
    ) throws -> [Threshold: ThresholdValue?] {
        var values: [Threshold: ThresholdValue?] = [:]
        for text in texts {
            let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            guard parts.count == 2, let threshold = known.first(where: { name($0) == parts[0] }) else {
                throw CronmillError(
                    .usage,
                    "--set \(text) is not understood",
                    hint: "Use name=value; the names are \(known.map(name).joined(separator: ", "))."
                )
            }
            guard !values.keys.contains(threshold) else {
                throw CronmillError(.usage, "--set \(parts[0]) is given twice")
            }
            values[threshold] = .some(try threshold.value(parts[1], name: parts[0]))
        }
        return values
    }

    private func value(_ text: String, name: String) throws -> ThresholdValue? {
        if text == "default" { return nil }
        if text == "off" { return .off }
        if isDuration {
            let duration = try Duration(text, of: "--set \(name)", atMost: .seconds(36_500 * 86_400))
            return duration == .zero ? .off : .duration(duration)
        }
        let digits = self == .failing && text.hasSuffix("%") ? text.dropLast() : text[...]
        let highest = self == .failing ? 100 : Int.max
        guard let count = Int(digits), (0...highest).contains(count) else {
            throw CronmillError(
                .usage,
                "--set \(name)=\(text): it is a \(self == .failing ? "percentage" : "number"), off, or default"
            )
        }
        return count == 0 ? .off : .count(count)
    }
}

extension Table {
    /// Thresholds, for people: a row for all, and one for each database and processor that has its own.
    init(_ sets: [ThresholdSet], of shown: [Threshold], named name: (Threshold) -> String) {
        self.init(
            columns: [Column("database"), Column("processor")] + shown.map { Column(name($0), alignment: .right) }
        )
        for set in sets where set.database == nil || shown.contains(where: { set.values[$0] != nil }) {
            append(
                [Cell(set.database ?? "all"), Cell(set.processor ?? "all")]
                    + shown.map { threshold in
                        guard let value = set.values[threshold] else { return "" }
                        return Cell(value.text + (threshold == .failing && value != .off ? "%" : ""))
                    }
            )
        }
    }
}

extension ThresholdSet {
    /// Seconds or numbers; 0 is off, null is what holds for all.
    func json(of shown: [Threshold]) -> JSON {
        .object(
            [
                JSON.Member(name: "database", value: JSON(database)),
                JSON.Member(name: "processor", value: JSON(processor)),
            ]
                + shown.map { JSON.Member(name: $0.rawValue, value: values[$0].map(\.json) ?? .null) }
        )
    }
}

extension ThresholdValue {
    var json: JSON {
        switch self {
        case .duration(let duration): .number(duration.inSeconds)
        case .count(let count): .integer(Int64(count))
        case .off: .integer(0)
        }
    }
}
