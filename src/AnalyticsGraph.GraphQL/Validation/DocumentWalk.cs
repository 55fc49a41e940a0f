using AnalyticsGraph.GraphQL.Language;
using AnalyticsGraph.GraphQL.Types;
using AnalyticsGraph.GraphQL.Validation.Rules;

namespace AnalyticsGraph.GraphQL.Validation;

/// <summary>
/// The one walk over a document. What is known of types travels in parameters; at each node the rules are asked in the order of graphql-js, so that errors come in the same
/// order. Definitions stand here, selections and values in the other parts.
/// </summary>
internal sealed partial class DocumentWalk(ValidationContext context)
{
    private DeferStreamRules? _deferStream;
    private ValuesOfCorrectType? _values;
    private FieldMerging? _merging;
    private FragmentCycles? _cycles;
    private IntrospectionDepth? _introspection;
    private Dictionary<string, NameNode>? _operationNames;
    private Dictionary<string, NameNode>? _fragmentNames;
    private List<FragmentFacts>? _fragments;

    // The operation or fragment the walk is in.
    private ExecutableFacts? _current;

    /// <summary>The operations in the order of the text, with the variables they use.</summary>
    public List<OperationFacts> Operations { get; } = new(1);

    public void Run()
    {
        ReportTypeSystemDefinitions();
        foreach (var definition in context.Document.Definitions)
        {
            switch (definition)
            {
                case OperationDefinitionNode operation: VisitOperation(operation); break;
                case FragmentDefinitionNode fragment: VisitFragment(fragment); break;
            }

            if (context.IsAborted)
            {
                return;
            }
        }

        if (_fragments is not null)
        {
            ReferencedFragments.ReportUnused(context, Operations, _fragments);
        }
    }

    /// <summary>Section 5.1.1. What stands inside of such definitions is not looked at.</summary>
    private void ReportTypeSystemDefinitions()
    {
        foreach (var definition in context.Document.Definitions)
        {
            if (definition is TypeSystemDefinitionNode)
            {
                var name = definition switch
                {
                    TypeDefinitionNode type => $"\"{type.Name.Value}\"",
                    DirectiveDefinitionNode directive => $"\"{directive.Name.Value}\"",
                    _ => "schema",
                };
                context.Report(SpecSection.ExecutableDefinitions, $"The {name} definition is not executable.", definition);
            }
        }
    }

    private void VisitOperation(OperationDefinitionNode operation)
    {
        var rootType = operation.Operation switch
        {
            OperationType.Query => context.Schema.Query,
            OperationType.Mutation => context.Schema.Mutation,
            _ => context.Schema.Subscription,
        };
        var facts = new OperationFacts(operation);
        Operations.Add(facts);
        _current = facts;
        if (rootType is null)
        {
            var name = operation.Operation == OperationType.Mutation ? "mutation" : "subscription";
            context.Report(SpecSection.OperationTypeExistence, $"The {name} operation is not supported by the schema.", operation);
        }

        CheckOperationName(operation);
        if (operation.Operation == OperationType.Subscription && rootType is not null)
        {
            SingleRootField.Check(context, operation, rootType);
        }

        if (operation.VariableDefinitions.Length > 1)
        {
            UniqueNames.Check(
                context,
                SpecSection.VariableUniqueness,
                operation.VariableDefinitions,
                static definition => definition.Variable.Name,
                static name => $"There can be only one variable named \"${name}\".");
        }

        var errorsBeforeVariables = context.Errors.Count;
        DirectiveRules.CheckUnique(context, operation.Directives);
        if (operation.Operation != OperationType.Query)
        {
            (_deferStream ??= new(context)).CheckOperation(operation, rootType);
        }

        foreach (var definition in operation.VariableDefinitions)
        {
            VisitVariableDefinition(definition);
        }

        VisitDirectives(operation.Directives, LocationOf(operation.Operation), null, null);
        VisitSelectionSet(operation.SelectionSet, rootType);
        facts.ErrorsBefore = (errorsBeforeVariables, context.Errors.Count);
    }

    private void CheckOperationName(OperationDefinitionNode operation)
    {
        if (operation.Name is null)
        {
            if (context.OperationCount > 1)
            {
                context.Report(SpecSection.LoneAnonymousOperation, "This anonymous operation must be the only defined operation.", operation);
            }
        }
        else if (context.OperationCount > 1)
        {
            _operationNames ??= new(StringComparer.Ordinal);
            if (!_operationNames.TryAdd(operation.Name.Value, operation.Name))
            {
                context.Report(
                    SpecSection.OperationNameUniqueness,
                    $"There can be only one operation named \"{operation.Name.Value}\".",
                    _operationNames[operation.Name.Value],
                    operation.Name);
            }
        }
    }

    private static string LocationOf(OperationType operation) => operation switch
    {
        OperationType.Query => "QUERY",
        OperationType.Mutation => "MUTATION",
        _ => "SUBSCRIPTION",
    };

    private void VisitVariableDefinition(VariableDefinitionNode definition)
    {
        var type = TypeReference.Resolve(context.Schema, definition.Type);
        KnownTypes.CheckInput(context, definition, type);
        DirectiveRules.CheckUnique(context, definition.Directives);
        if (type is null)
        {
            KnownTypes.CheckExists(context, definition.Type, SpecSection.VariablesAreInputTypes);
        }

        if (definition.DefaultValue is not null)
        {
            VisitValue(definition.DefaultValue, type is { IsInputType: true } ? type : null);
        }

        VisitDirectives(definition.Directives, "VARIABLE_DEFINITION", null, null);
    }

    private void VisitFragment(FragmentDefinitionNode fragment)
    {
        var facts = context.Facts(fragment);
        (_fragments ??= []).Add(facts);
        _current = facts;
        KnownTypes.CheckComposite(context, fragment.TypeCondition, facts.Type, fragment.Name);
        CheckFragmentName(fragment);
        (_cycles ??= new(context)).Check(facts);
        DirectiveRules.CheckUnique(context, fragment.Directives);
        if (facts.Type is null)
        {
            KnownTypes.CheckExists(context, fragment.TypeCondition, SpecSection.FragmentSpreadTypeExistence);
        }

        VisitDirectives(fragment.Directives, "FRAGMENT_DEFINITION", null, null);
        VisitSelectionSet(fragment.SelectionSet, facts.Type is ComplexType or UnionType ? (NamedType)facts.Type : null);
    }

    private void CheckFragmentName(FragmentDefinitionNode fragment)
    {
        _fragmentNames ??= new(StringComparer.Ordinal);
        if (!_fragmentNames.TryAdd(fragment.Name.Value, fragment.Name))
        {
            context.Report(
                SpecSection.FragmentNameUniqueness,
                $"There can be only one fragment named \"{fragment.Name.Value}\".",
                _fragmentNames[fragment.Name.Value],
                fragment.Name);
        }
    }
}
