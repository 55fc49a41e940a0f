using System.Collections.Immutable;
using AnalyticsGraph.GraphQL.Language;
using AnalyticsGraph.GraphQL.Types;
using AnalyticsGraph.GraphQL.Validation.Rules;

namespace AnalyticsGraph.GraphQL.Validation;

/// <summary>The walk through selection sets.</summary>
internal sealed partial class DocumentWalk
{
    // Up to here, comparing each response name with each is faster than a set.
    private const int FewFields = 24;

    // Inside of __schema or __type that was already told to go too deep.
    private bool _introspectionTold;

    private void VisitSelectionSet(SelectionSetNode set, NamedType? parentType)
    {
        if (MayConflict(set))
        {
            (_merging ??= new(context)).Check(set, parentType);
        }

        VisitSelections(set, parentType);
    }

    /// <summary>Whether merging has anything to look at: most selection sets are fields of different names.</summary>
    private static bool MayConflict(SelectionSetNode set)
    {
        var selections = set.Selections;
        if (selections.Length <= 1)
        {
            return selections.Length == 1 && selections[0] is InlineFragmentNode;
        }

        if (selections.Length > FewFields)
        {
            var seen = new HashSet<string>(selections.Length, StringComparer.Ordinal);
            foreach (var selection in selections)
            {
                if (selection is not FieldNode field || !seen.Add(field.ResponseName))
                {
                    return true;
                }
            }

            return false;
        }

        for (var i = 0; i < selections.Length; i++)
        {
            if (selections[i] is not FieldNode field)
            {
                return true;
            }

            var name = field.ResponseName;
            for (var j = 0; j < i; j++)
            {
                if (((FieldNode)selections[j]).ResponseName == name)
                {
                    return true;
                }
            }
        }

        return false;
    }

    private void VisitSelections(SelectionSetNode set, NamedType? parentType)
    {
        foreach (var selection in set.Selections)
        {
            switch (selection)
            {
                case FieldNode field: VisitField(field, parentType); break;
                case FragmentSpreadNode spread: VisitSpread(spread, parentType); break;
                case InlineFragmentNode inline: VisitInlineFragment(inline, parentType); break;
            }

            if (context.IsAborted)
            {
                return;
            }
        }
    }

    private void VisitField(FieldNode field, NamedType? parentType)
    {
        var definition = parentType is null ? null : context.Schema.FindField(parentType, field.Name.Value);
        if (definition is not null)
        {
            LeafFieldSelections.Check(context, field, definition.Type);
        }
        else if (parentType is not null)
        {
            FieldsOnCorrectType.Report(context, field, parentType);
        }

        DirectiveRules.CheckUnique(context, field.Directives);
        Arguments.CheckUnique(context, field.Arguments);
        var toldBefore = _introspectionTold;
        if (field.Name.Value is "__schema" or "__type" && !_introspectionTold)
        {
            if (!context.Options.AllowIntrospection)
            {
                context.Report(SpecSection.Introspection, $"GraphQL introspection has been disabled, but the requested query contained the field \"{field.Name.Value}\".", field);
            }

            _introspectionTold = (_introspection ??= new(context)).Check(field);
        }

        if (!field.Arguments.IsEmpty)
        {
            VisitFieldArguments(field, definition);
        }

        if (!field.Directives.IsEmpty)
        {
            VisitDirectives(field.Directives, "FIELD", definition, parentType);
        }

        if (field.SelectionSet is not null)
        {
            VisitSelectionSet(field.SelectionSet, definition?.Type.Named is NamedType named and (ComplexType or UnionType) ? named : null);
        }

        if (definition is { Arguments.Count: > 0 })
        {
            Arguments.CheckRequired(context, field, definition, IsMeta(definition));
        }

        _introspectionTold = toldBefore;
    }

    private static bool IsMeta(FieldDefinition definition) => definition.Name.StartsWith("__", StringComparison.Ordinal);

    private void VisitFieldArguments(FieldNode field, FieldDefinition? definition)
    {
        foreach (var argument in field.Arguments)
        {
            var defined = definition?.Arguments.GetValueOrDefault(argument.Name.Value);
            if (definition is not null && defined is null)
            {
                var owner = IsMeta(definition) ? $"field \"<meta>.{definition.Name}\"" : $"field \"{definition}\"";
                Arguments.ReportUnknown(context, argument, owner, definition.Arguments);
            }

            VisitArgumentValue(argument.Value, defined);
        }
    }

    private void VisitSpread(FragmentSpreadNode spread, NamedType? parentType)
    {
        var fragment = context.Fragment(spread.Name.Value);
        if (fragment is null)
        {
            context.Report(SpecSection.FragmentSpreadTargetDefined, $"Unknown fragment \"{spread.Name.Value}\".", spread.Name);
        }
        else
        {
            PossibleSpreads.Check(context, spread, fragment.Type as NamedType, parentType, spread.Name.Value);
        }

        DirectiveRules.CheckUnique(context, spread.Directives);
        VisitDirectives(spread.Directives, "FRAGMENT_SPREAD", null, parentType);
    }

    private void VisitInlineFragment(InlineFragmentNode inline, NamedType? parentType)
    {
        var type = parentType;
        if (inline.TypeCondition is not null)
        {
            type = context.Schema.Types.GetValueOrDefault(inline.TypeCondition.Name.Value);
            KnownTypes.CheckComposite(context, inline.TypeCondition, type, null);
            PossibleSpreads.Check(context, inline, type, parentType, null);
        }

        DirectiveRules.CheckUnique(context, inline.Directives);
        if (inline.TypeCondition is not null && type is null)
        {
            KnownTypes.CheckExists(context, inline.TypeCondition, SpecSection.FragmentSpreadTypeExistence);
        }

        VisitDirectives(inline.Directives, "INLINE_FRAGMENT", null, parentType);
        VisitSelections(inline.SelectionSet, type is ComplexType or UnionType ? type : null);
    }
}
