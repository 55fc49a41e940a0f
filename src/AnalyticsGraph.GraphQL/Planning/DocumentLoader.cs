using AnalyticsGraph.GraphQL.Execution;
using AnalyticsGraph.GraphQL.Language;
using AnalyticsGraph.GraphQL.Validation;

namespace AnalyticsGraph.GraphQL.Planning;

/// <summary>Parses and validates each document once, as long as the cache keeps it. Thread-safe.</summary>
internal sealed class DocumentLoader(ExecutableSchema schema, GraphQLExecutorOptions options)
{
    private readonly PlanLimits _limits = new(options.MaxDepth, options.MaxPlannedFields);
    private readonly DocumentCache _documents = new(options.MaxCachedDocuments, options.MaxCachedDocumentBytes);

    /// <summary>The document of a text.</summary>
    /// <exception cref="GraphQLSyntaxException">It is no document.</exception>
    /// <exception cref="InvalidDocumentException">It does not fit the schema.</exception>
    public PlannedDocument Load(ReadOnlySpan<byte> source)
    {
        if (_documents.TryGet(source, out var planned))
        {
            return planned;
        }

        var document = Utf8Parser.Parse(source, options.ParserLimits);
        var errors = DocumentValidator.Validate(schema.Schema, document, options.Validation);
        if (!errors.IsEmpty)
        {
            throw new InvalidDocumentException(errors);
        }

        planned = new PlannedDocument(schema, document, _limits);
        _documents.Add(source, planned, source.Length);
        return planned;
    }
}
