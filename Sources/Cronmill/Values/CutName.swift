internal import Postgres

extension String {
    /// As a name that PostgreSQL does not cut: of 63 bytes at most, with a hash of 64 bits of what it stands for where it
    /// was longer, because two long ones may begin alike. `cronmill_cron.job_name` does so with the names of jobs.
    func cutToName(hashing whole: String) -> String {
        guard utf8.count > 63 else { return self }
        let ending = "~" + SQLScript.fingerprint([SQL(unsafeRaw: whole)]).suffix(16)
        var shortened = self
        while shortened.utf8.count + ending.utf8.count > 63 { shortened.removeLast() }
        return shortened + ending
    }
}
