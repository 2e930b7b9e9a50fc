extension Schedule {
    /// The five fields that an `@` word stands for.
    static func fields(forWord word: String) throws(ScheduleError) -> String {
        // pg_cron compares the words with case.
        switch word {
        case "@hourly": return "0 * * * *"
        case "@daily", "@midnight": return "0 0 * * *"
        case "@weekly": return "0 0 * * 0"
        case "@monthly": return "0 0 1 * *"
        case "@yearly", "@annually": return "0 0 1 1 *"
        case "@reboot", "@restart":
            throw ScheduleError(
                "schedule \"\(word)\" runs once, when the server starts, and never again",
                hint: forms
            )
        default:
            throw ScheduleError(
                "schedule \"\(word)\" is not one pg_cron knows",
                hint: intervalHint(for: word)
                    ?? "Use @hourly, @daily, @midnight, @weekly, @monthly, @yearly or @annually, or five cron fields."
            )
        }
    }

    static func checkFields(_ words: [String], of text: String) throws(ScheduleError) {
        let fields = ScheduleField.all
        guard words.count >= fields.count else {
            if let hint = intervalHint(for: text) {
                throw ScheduleError("schedule \"\(text)\" is not one pg_cron knows", hint: hint)
            }
            let count = words.count == 1 ? "1 field" : "\(words.count) fields"
            throw ScheduleError("schedule \"\(text)\" has \(count), not 5", hint: forms)
        }
        guard words.count == fields.count else { throw tooManyFields(words, of: text) }
        for (field, word) in zip(fields, words) { try field.check(word, in: text) }
    }

    private static func tooManyFields(_ words: [String], of text: String) -> ScheduleError {
        let used = words.prefix(5).joined(separator: " ")
        let step = words[0].hasPrefix("*/") ? Int64(words[0].dropFirst(2)) : nil
        let isOnlyMinutes = words[1..<5].allSatisfy { $0 == "*" }
        let effect =
            switch (isOnlyMinutes, words[0], step) {
            case (true, "*", _), (true, _, 1): "every minute"
            case (true, _, let step?): "every \(step) minutes"
            default: "as \"\(used)\""
            }
        let meansSeconds = isOnlyMinutes && words.dropFirst(5).allSatisfy { $0 == "*" }
        var hint: String?
        if meansSeconds, let seconds = words[0] == "*" ? 1 : step, (1...59).contains(seconds) {
            hint = "For every \(seconds == 1 ? "second" : "\(seconds) seconds"): \"\(seconds) seconds\"."
        }
        return ScheduleError(
            "schedule \"\(text)\" has \(words.count) fields, not 5",
            detail: "pg_cron ignores all after the fifth: \(text) would run \(effect).",
            hint: hint ?? forms
        )
    }
}
