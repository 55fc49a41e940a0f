using AnalyticsGraph.GraphQL.Errors;
using AnalyticsGraph.GraphQL.Language;
using AnalyticsGraph.GraphQL.Types;

namespace AnalyticsGraph.GraphQL.Validation.Rules;

/// <summary>
/// Section 5.3.2: fields of the same response name can be merged. Most selection sets are proven free of conflicts in time that grows with the text; only where that fails, fields
/// are compared pair by pair, which costs the square of what is repeated but finds the conflicts that graphql-js tells, in its order.
/// </summary>
internal sealed class FieldMerging
{
    private readonly ValidationContext _context;
    private readonly FieldSets _sets;
    private readonly MergeProof _proof;
    private FieldPairs? _pairs;

    public FieldMerging(ValidationContext context)
    {
        _context = context;
        _sets = new FieldSets(context);
        _proof = new MergeProof(context, _sets);
    }

    /// <summary>Checks a selection set of an operation, a fragment or a field.</summary>
    public void Check(SelectionSetNode selectionSet, NamedType? parentType)
    {
        var set = _sets.Of(parentType, selectionSet);
        if (_proof.Holds(set))
        {
            return;
        }

        foreach (var conflict in (_pairs ??= new FieldPairs(_context, _sets)).FindConflicts(set))
        {
            _context.Report(
                SpecSection.FieldSelectionMerging,
                $"Fields \"{MessageText.Shorten(conflict.ResponseName)}\" conflict because {conflict.Reason}. Use different aliases on the fields to fetch both if this was intentional.",
                [.. conflict.First, .. conflict.Second]);
        }
    }
}
