"""Weekly reports: gathered from the data, drawn, and written as .docx and .html."""
