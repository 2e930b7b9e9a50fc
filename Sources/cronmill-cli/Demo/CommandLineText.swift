/// Command lines as they are shown to people.
enum CommandLineText {
    /// The columns a line may take; the width of a plain terminal, less the prompt.
    static let width = 78

    /// The words of a command line, broken between options where it would be too long.
    static func wrapped(_ program: String, _ arguments: [String]) -> String {
        var lines = [program]
        for words in options(arguments) {
            let word = words.joined(separator: " ")
            if lines[lines.count - 1].count + 1 + word.count > width - 2 {
                lines[lines.count - 1] += " \\"
                lines.append("    " + word)
            } else {
                lines[lines.count - 1] += " " + word
            }
        }
        return lines.joined(separator: "\n")
    }

    /// Each option with its values.
    private static func options(_ arguments: [String]) -> [[String]] {
        arguments.reduce(into: []) { groups, word in
            if word.hasPrefix("--") || groups.isEmpty {
                groups.append([word])
            } else {
                groups[groups.count - 1].append(word)
            }
        }
    }
}
