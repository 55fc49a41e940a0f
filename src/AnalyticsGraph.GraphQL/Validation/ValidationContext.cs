using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using AnalyticsGraph.GraphQL.Errors;
using AnalyticsGraph.GraphQL.Language;
using AnalyticsGraph.GraphQL.Types;

namespace AnalyticsGraph.GraphQL.Validation;

/// <summary>What all rules share during one validation: schema, fragments, errors, and how much work is left.</summary>
internal sealed class ValidationContext
{
    private const int LongestMessage = 4_000;

    private readonly Dictionary<FragmentDefinitionNode, FragmentFacts>? _fragments;
    private readonly Dictionary<string, FragmentFacts>? _fragmentsByName;
    private readonly HashSet<string>? _typesInDocument;
    private int _stepsLeft;
    private int _rounds;

    public ValidationContext(Schema schema, DocumentNode document, ValidationOptions options)
    {
        Schema = schema;
        Document = document;
        Options = options;
        _stepsLeft = options.MaxSteps;
        foreach (var definition in document.Definitions)
        {
            switch (definition)
            {
                case OperationDefinitionNode:
                    OperationCount++;
                    break;
                case FragmentDefinitionNode fragment:
                    _fragments ??= [];
                    var facts = new FragmentFacts(fragment, TypeReference.Resolve(schema, fragment.TypeCondition), _fragments.Count);
                    _fragments.Add(fragment, facts);
                    (_fragmentsByName ??= new(StringComparer.Ordinal))[fragment.Name.Value] = facts;
                    break;
                case TypeDefinitionNode { IsExtension: false } type:
                    (_typesInDocument ??= new(StringComparer.Ordinal)).Add(type.Name.Value);
                    break;
            }
        }
    }

    public Schema Schema { get; }

    public DocumentNode Document { get; }

    public ValidationOptions Options { get; }

    public int OperationCount { get; }

    public bool HasFragments => _fragments is not null;

    public List<GraphQLError> Errors { get; } = [];

    /// <summary>Whether to stop: errors or work are at their limit.</summary>
    public bool IsAborted { get; private set; }

    /// <summary>Whether the work limit was the reason.</summary>
    public bool IsOutOfSteps => _stepsLeft < 0;

    public FragmentFacts? Fragment(string name) => _fragmentsByName?.GetValueOrDefault(name);

    public FragmentFacts Facts(FragmentDefinitionNode fragment) => _fragments![fragment];

    /// <summary>A number for <see cref="FragmentFacts.Visit"/>; only the latest round's marks are good.</summary>
    public int NewRound() => ++_rounds;

    public bool IsTypeInDocument(string name) => _typesInDocument?.Contains(name) ?? false;

    public IEnumerable<string> TypeNames => _typesInDocument is null ? Schema.Types.Keys : Schema.Types.Keys.Union(_typesInDocument);

    public void Report(SpecSection section, string message, SyntaxNode node) => Report(section, message, [node.Location]);

    public void Report(SpecSection section, string message, SyntaxNode first, SyntaxNode second) => Report(section, message, [first.Location, second.Location]);

    public void Report(SpecSection section, string message, ImmutableArray<Location> locations)
    {
        if (Errors.Count >= Options.MaxErrors)
        {
            IsAborted = true;
            return;
        }

        Errors.Add(Error(section, message, locations));
    }

    /// <summary>An error whose message is not much longer than a screen, whatever names the document has.</summary>
    public static GraphQLError Error(SpecSection section, string message, ImmutableArray<Location> locations)
        => new(MessageText.Shorten(message, LongestMessage), ErrorCodes.Validation)
        {
            Locations = locations,
            Extensions = section.Extensions,
        };

    /// <summary>Takes steps from the budget; false, and everything stops, when it is used up.</summary>
    public bool Spend(int steps)
    {
        _stepsLeft -= steps;
        if (_stepsLeft < 0)
        {
            IsAborted = true;
        }

        return !IsAborted;
    }

    /// <summary>Stops everything as if the budget were used up.</summary>
    public void Exhaust()
    {
        _stepsLeft = -1;
        IsAborted = true;
    }

    /// <summary>Called where recursion follows fragments: stops everything before the stack overflows, which would end the process.</summary>
    public void EnsureStack()
    {
        if (!RuntimeHelpers.TryEnsureSufficientExecutionStack())
        {
            Exhaust();
        }
    }

    public string DidYouMean(string input, IEnumerable<string> options) => Options.Suggest ? Suggestions.DidYouMean(input, options) : "";
}
