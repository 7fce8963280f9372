namespace PaymentPipeline.Storage;

/// <summary>
/// For pages that are a stretch of an index, read in its order: from there, as many as the page holds, whatever the statistics say
/// (docs/decisions/0018).
/// </summary>
internal static class IndexWalk
{
    /// <summary>Before the read, in its transaction.</summary>
    public const string SettingsSql = """
        SELECT set_config('enable_sort', 'off', true), set_config('enable_bitmapscan', 'off', true),
            set_config('enable_seqscan', 'off', true), set_config('jit', 'off', true)
        """;
}
