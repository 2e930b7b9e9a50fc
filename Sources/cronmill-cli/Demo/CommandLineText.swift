/// Text for people that fits a plain terminal.
enum CommandLineText {
    /// The columns a line may take; those of a plain terminal, less the prompt or the indentation.
    static let width = 78

    /// The words of a command line, broken between options where it would be too long.
    static func wrapped(_ program: String, _ arguments: [String]) -> String {
        // Each option goes with its values.
        let options: [String] = arguments.reduce(into: []) { options, word in
            if word.hasPrefix("--") || options.isEmpty {
                options.append(word)
            } else {
                options[options.count - 1] += " " + word
            }
        }
        return broken([program] + options, separator: " ", lineEnd: " \\", indentation: "    ")
    }

    /// What was done in a database, broken between steps where it would be too long.
    static func wrapped(steps: [String], in database: String) -> String {
        guard let first = steps.first else { return database }
        return broken(
            ["\(database): \(first)"] + steps.dropFirst(),
            separator: "; ",
            lineEnd: ";",
            indentation: String(repeating: " ", count: database.count + 4)
        )
    }

    private static func broken(
        _ pieces: [String],
        separator: String,
        lineEnd: String,
        indentation: String
    ) -> String {
        var lines: [String] = []
        var line = ""
        for piece in pieces {
            if line.isEmpty {
                line = piece
            } else if (line + separator + piece + lineEnd).count > width {
                lines.append(line + lineEnd)
                line = indentation + piece
            } else {
                line += separator + piece
            }
        }
        return (lines + [line]).joined(separator: "\n")
    }
}
