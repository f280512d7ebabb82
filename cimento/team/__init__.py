"""The care team's pages: who needs a call, who takes it, what comes next. Above followup.

Made on the server, in French, whole without a script. What is done about a patient is done by
followup; here is who may, and how it is shown.
"""
