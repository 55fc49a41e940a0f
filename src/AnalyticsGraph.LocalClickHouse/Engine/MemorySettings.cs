using System.Globalization;

namespace AnalyticsGraph.LocalClickHouse.Engine;

/// <summary>
/// The engine's memory limit and the sizes of its caches. A ClickHouse server takes 90 % of the machine and several GiB of
/// caches; this one lives on someone's laptop beside other things, so its caches share a quarter of its limit.
/// </summary>
internal static class MemorySettings
{
    // Shares of the limit in thousandths. Marks and primary keys make point reads quick; the others serve what is rarely used here.
    private static readonly (string Name, int Share)[] Caches =
    [
        ("mark_cache_size", 80),
        ("primary_index_cache_size", 40),
        ("index_mark_cache_size", 20),
        ("uncompressed_cache_size", 40),
        ("query_condition_cache_size", 10),
        ("compiled_expression_cache_size", 20),
        ("vector_similarity_index_cache_size", 10),
        ("text_index_tokens_cache_size", 5),
        ("text_index_header_cache_size", 5),
        ("text_index_postings_cache_size", 10),
        ("unique_key_index_cache_size_bytes", 5),
        ("parquet_metadata_cache_size", 5),
        ("iceberg_metadata_files_cache_size", 5),
        ("page_cache_max_size", 0),
    ];

    // A server keeps 1,000 idle threads, each with a stack and three open files.
    private const int IdleThreads = 64;

    /// <summary>The engine's arguments for a limit in bytes.</summary>
    internal static IEnumerable<string> Arguments(long limit) =>
        Caches.Select(cache => Argument(cache.Name, limit / 1000 * cache.Share))
            .Prepend(Argument("max_server_memory_usage", limit))
            .Append(Argument("max_thread_pool_free_size", IdleThreads));

    private static string Argument(string name, long value) => string.Create(CultureInfo.InvariantCulture, $"--{name}={value}");
}
