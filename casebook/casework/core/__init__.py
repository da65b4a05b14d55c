"""What every act stands on: acts, clocks, work items, the lifecycle, notices. Imports no other room of casework."""
