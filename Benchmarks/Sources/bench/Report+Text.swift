internal import Foundation

extension Report {
    var circumstancesText: String {
        circumstances.map { "\($0.name.padded(14))\($0.value)\n" }.joined()
    }

    /// The tables, in plain columns that read as Markdown does.
    var text: String {
        var lines = [
            "", "| what | tasks | median s | CPU us each | per second | min .. max per second | |",
            "|---|--:|--:|--:|--:|--:|---|",
        ]
        for timing in timings {
            let rates = timing.rates.sorted()
            let range = rates.isEmpty ? "" : "\(Int(rates[0]).grouped) .. \(Int(rates[rates.count - 1]).grouped)"
            let cells = [
                timing.name, timing.count.grouped, timing.seconds.median?.rounded(2) ?? "-",
                timing.costs.median?.rounded(2) ?? "-",
                timing.rates.median.map { Int($0).grouped } ?? "-", range, timing.note,
            ]
            lines.append("| \(cells.joined(separator: " | ")) |")
        }
        lines += ["", "| figure | value | goal | |", "|---|--:|---|---|"]
        for figure in figures {
            let cells = [figure.name, figure.shown, figure.goal, figure.note]
            lines.append("| \(cells.joined(separator: " | ")) |")
        }
        return aligned(lines).joined(separator: "\n")
    }

    /// Writes `bench.json` and `bench.svg`.
    func write(to folder: String) throws {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        try encoder.encode(self).write(to: URL(filePath: "\(folder)/bench.json"))
        try chart.write(toFile: "\(folder)/bench.svg", atomically: true, encoding: .utf8)
    }

    /// Pads the cells of each table to the width of its columns.
    private func aligned(_ lines: [String]) -> [String] {
        var tables: [[[String]]] = [[]]
        for line in lines {
            if line.isEmpty {
                tables.append([])
            } else {
                tables[tables.count - 1].append(
                    line.split(separator: "|", omittingEmptySubsequences: false).map(String.init)
                )
            }
        }
        return tables.filter { !$0.isEmpty }.flatMap { table in
            let widths = table[0].indices.map { column in table.map { $0[column].count }.max() ?? 0 }
            return [""]
                + table.map { row in
                    row.enumerated().map { column, cell in
                        let fill = String(
                            repeating: cell.hasPrefix("-") ? "-" : " ",
                            count: widths[column] - cell.count
                        )
                        return cell.hasSuffix(":") ? cell.dropLast() + fill + ":" : cell + fill
                    }.joined(separator: "|")
                }
        }
    }
}

extension Report.Figure {
    var shown: String { value.map { "\($0.rounded(2)) \(unit)" } ?? "not measured" }
    var line: String { "\(name): \(shown)\(goal.isEmpty ? "" : " (goal: \(goal))")" }
}

extension Double {
    func rounded(_ digits: Int) -> String {
        String(format: "%.\(digits)f", self)
    }
}

extension Int {
    /// 300,000.
    var grouped: String {
        let digits = Array(String(self))
        return digits.enumerated().map { position, digit in
            let isStart = position > 0 && (digits.count - position).isMultiple(of: 3)
            return (isStart ? "," : "") + String(digit)
        }.joined()
    }
}

extension String {
    func padded(_ width: Int) -> String {
        self + String(repeating: " ", count: Swift.max(1, width - count))
    }
}
