namespace AnalyticsGraph.GraphQL.Http;

/// <summary>Where the IDE's files are and what it is told.</summary>
public sealed class IdeOptions
{
    /// <summary>The folder of the npm package <c>@chillicream/bananacakepop-graphql-ide</c>. If it does not exist, browsers are told how to install it.</summary>
    public required string Folder { get; init; }

    /// <summary>The title in the browser's tab.</summary>
    public string Title { get; init; } = "AnalyticsGraph";
}
