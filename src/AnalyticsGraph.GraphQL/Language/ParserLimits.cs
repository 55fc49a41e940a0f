namespace AnalyticsGraph.GraphQL.Language;

/// <summary>How large a document may be. Documents come from anybody: every limit holds before the work it bounds is done.</summary>
public sealed record ParserLimits
{
    /// <summary>The largest <see cref="MaxDepth"/> that the recursive readers, validators and printers take on a small thread's stack.</summary>
    public const int LargestDepth = 500;

    private readonly int _maxDepth = 200;

    /// <summary>For requests: 1 MiB, 50,000 tokens, 200 levels, 1,000 aliases, 1,000 directives.</summary>
    public static ParserLimits Default { get; } = new();

    /// <summary>For the SDL that the server itself brings: any size.</summary>
    public static ParserLimits Trusted { get; } = new() { MaxBytes = int.MaxValue, MaxTokens = int.MaxValue, MaxAliases = int.MaxValue, MaxDirectives = int.MaxValue };

    /// <summary>The longest source, in bytes of UTF-8.</summary>
    public int MaxBytes { get; init; } = 1 << 20;

    /// <summary>The most tokens, comments not counted.</summary>
    public int MaxTokens { get; init; } = 50_000;

    /// <summary>The most fields with an alias: each may be resolved anew.</summary>
    public int MaxAliases { get; init; } = 1_000;

    /// <summary>The most directives.</summary>
    public int MaxDirectives { get; init; } = 1_000;

    /// <summary>How deep selection sets, list and object values and list types may nest together; 1 to <see cref="LargestDepth"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Outside of that range.</exception>
    public int MaxDepth
    {
        get => _maxDepth;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1, nameof(MaxDepth));
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, LargestDepth, nameof(MaxDepth));
            _maxDepth = value;
        }
    }
}
